// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// A record as librdkafka holds it: borrowed. Its bytes live as long as its batch, and must not outlive that.
///
/// Any bytes are legal, and so are null keys, values and header values.
public struct KafkaRecord: ~Copyable {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>
    /// The topic's name.
    public let topic: String

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: String) {
        self.message = message
        self.topic = topic
    }

    /// Counted from 0.
    public var partition: Int32 { message.pointee.partition }
    /// The record's position in its partition.
    public var offset: Int64 { message.pointee.offset }

    /// Unix milliseconds; `nil` if the broker gave none.
    public var timestamp: Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || time < 0 ? nil : time
    }

    /// Whether the time is the broker's (`LogAppendTime`) and not the producer's (`CreateTime`).
    public var isTimestampOfAppend: Bool {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        _ = rd_kafka_message_timestamp(message, &type)
        return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME
    }

    /// `nil`: the record has none, which is not the same as an empty one.
    public var key: UnsafeRawBufferPointer? { Self.buffer(message.pointee.key, message.pointee.key_len) }

    /// `nil`: a null value (a tombstone), which is not the same as an empty one.
    public var value: UnsafeRawBufferPointer? { Self.buffer(message.pointee.payload, message.pointee.len) }

    /// The last header of a name: outer `nil` if there is none, inner `nil` if its value is null.
    public func header(_ name: String) -> UnsafeRawBufferPointer?? {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return nil }
        var value: UnsafeRawPointer?
        var size = 0
        // Lent, not converted: Swift would copy the name for each call.
        let code = name.withCString { rd_kafka_header_get_last(headers, $0, &value, &size) }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return .some(Self.buffer(value, size))
    }

    /// All headers in their order, their names as bytes without copies.
    public func forEachHeaderBytes(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void) {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            if let name {
                body(UnsafeRawBufferPointer(start: name, count: signet_kafka_length(name)), Self.buffer(value, size))
            }
            index += 1
        }
    }

    /// All headers in their order.
    public func forEachHeader(_ body: (_ name: String, _ value: UnsafeRawBufferPointer?) -> Void) {
        forEachHeaderBytes { body(String(decoding: $0, as: UTF8.self), $1) }
    }

    private static func buffer(_ start: UnsafeRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        start.map { UnsafeRawBufferPointer(start: $0, count: count) }
    }

    private static func buffer(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        buffer(start.map { UnsafeRawPointer($0) }, count)
    }
}
