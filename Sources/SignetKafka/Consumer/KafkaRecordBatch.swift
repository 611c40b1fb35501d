// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
internal import Synchronization

/// Records that were fetched together, lent one by one.
///
/// Holds librdkafka's messages, and with them the client, until it is released: the consumer hands out a bounded number
/// of batches and waits for their release.
///
/// `@unchecked Sendable`: the messages are immutable once fetched and destroyed once, in `deinit`.
public final class KafkaRecordBatch: @unchecked Sendable {
    private let client: NativeClient
    private let messages: [UnsafeMutablePointer<rd_kafka_message_t>]
    /// Of the batch's topics, mostly one.
    private let topics: [(native: OpaquePointer, name: String)]
    private let onRelease: @Sendable () -> Void
    /// Names the assignment that the records came under.
    public let epoch: UInt64

    init(
        client: NativeClient,
        messages: [UnsafeMutablePointer<rd_kafka_message_t>],
        epoch: UInt64,
        onRelease: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.messages = messages
        self.epoch = epoch
        self.onRelease = onRelease
        var topics: [(native: OpaquePointer, name: String)] = []
        for message in messages {
            guard let topic = message.pointee.rkt, !topics.contains(where: { $0.native == topic }) else { continue }
            topics.append((topic, String(cString: rd_kafka_topic_name(topic))))
        }
        self.topics = topics
    }

    deinit {
        for message in messages { rd_kafka_message_destroy(message) }
        onRelease()
    }

    /// Records in the batch; at least 1.
    public var count: Int { messages.count }

    /// Lends each record in turn.
    public func forEach<Failure: Error>(
        _ body: (borrowing KafkaRecord) throws(Failure) -> Void
    ) throws(Failure) {
        for index in messages.indices { try withRecord(at: index, body) }
    }

    /// Lends one record.
    ///
    /// - Precondition: `index` is below `count`.
    public func withRecord<Result, Failure: Error>(
        at index: Int,
        _ body: (borrowing KafkaRecord) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let message = messages[index]
        let native = message.pointee.rkt
        for topic in topics where topic.native == native {
            return try body(KafkaRecord(message, topic: topic.name))
        }
        return try body(KafkaRecord(message, topic: ""))
    }
}
