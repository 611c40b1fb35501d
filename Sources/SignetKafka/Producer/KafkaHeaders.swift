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

    /// Appends a header; its value is copied. `nil`: a null value, which is not the same as an empty one.
    public mutating func add(_ name: String, _ value: UnsafeRawBufferPointer?) {
        // Lent, not converted: Swift would copy the name for each call.
        name.withCString {
            _ = rd_kafka_header_add(pointer, $0, -1, KafkaDeliveryBatch.address(of: value), value?.count ?? 0)
        }
    }

    /// Appends a header; its value is copied.
    public mutating func add(_ name: String, _ value: [UInt8]) {
        value.withUnsafeBytes { add(name, $0) }
    }

    /// Hands the headers to a call that owns them from then on.
    consuming func take() -> OpaquePointer {
        let pointer = pointer
        discard self
        return pointer
    }
}
