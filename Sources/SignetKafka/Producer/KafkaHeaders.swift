// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Headers of one record in librdkafka's own form: for those who write so many records that a copy of each header counts.
public struct KafkaHeaders: ~Copyable {
    private let pointer: OpaquePointer

    /// No headers yet.
    ///
    /// - Parameter capacity: How many there will be.
    public init(capacity: Int = 8) {
        pointer = rd_kafka_headers_new(max(1, capacity))
    }

    deinit {
        rd_kafka_headers_destroy(pointer)
    }

    /// Appends a header; its value is copied.
    ///
    /// - Parameter name: ASCII.
    public mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        name.withUTF8Buffer { name in
            name.withMemoryRebound(to: CChar.self) { name in
                _ = rd_kafka_header_add(
                    pointer,
                    name.baseAddress,
                    name.count,
                    KafkaDeliveryBatch.address(of: value),
                    value.count
                )
            }
        }
    }

    /// Appends a header; its value is copied.
    public mutating func add(_ name: StaticString, _ value: [UInt8]) {
        value.withUnsafeBytes { add(name, $0) }
    }

    /// Hands the headers to a call that owns them from then on.
    consuming func take() -> OpaquePointer {
        let pointer = pointer
        discard self
        return pointer
    }
}
