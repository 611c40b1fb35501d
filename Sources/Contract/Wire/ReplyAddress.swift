// SPDX-License-Identifier: Apache-2.0

/// Where a job wants its reply, as its headers say (Spring Kafka's `ReplyingKafkaTemplate`).
package struct ReplyAddress: Sendable, Hashable {
    package let topic: String
    /// `nil`: the producer's partitioner chooses, by the reply's key.
    package let partition: Int32?
    /// Opaque bytes, echoed.
    package let correlationID: [UInt8]?

    package init(topic: String, partition: Int32? = nil, correlationID: [UInt8]? = nil) {
        self.topic = topic
        self.partition = partition
        self.correlationID = correlationID
    }

    /// Reads the value of `kafka_replyPartition`.
    ///
    /// Exactly four bytes are a big-endian 32-bit integer (Spring); anything else is ASCII decimal (kcat and people).
    ///
    /// - Returns: `nil` for what is neither, or negative.
    package static func partition(from bytes: UnsafeRawBufferPointer) -> Int32? {
        let value: Int32?
        if bytes.count == 4 {
            value = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
        } else {
            value = bytes.count <= 16 ? Int32(String(decoding: bytes, as: UTF8.self)) : nil
        }
        guard let value, value >= 0 else { return nil }
        return value
    }

    /// Writes a partition as Spring does.
    package static func bytes(of partition: Int32) -> [UInt8] {
        withUnsafeBytes(of: partition.bigEndian) { Array($0) }
    }
}
