// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka
internal import Synchronization

/// Puts what jobs gave into a set of deliveries: replies and events.
final class ResultWriter: Sendable {
    /// What was learnt of a reply topic, and when.
    private struct ReplyTopic {
        /// `nil`: there is no such topic.
        let partitions: Int?
        let learnt: ContinuousClock.Instant
    }

    /// The type of what is written for Signet itself.
    private static let protobuf = KafkaHeader(
        name: HeaderNames.contentType,
        value: Array(WireFormat.protobuf.contentType.utf8)
    )
    /// For how long that is believed: topics are made, and grow.
    private static let belief = Duration.seconds(60)

    private let producer: KafkaProducer
    private let topics: TopicNames
    /// The reply topics seen, so that a wrong address is known before it is written to.
    private let replyTopics = Mutex<[String: ReplyTopic]>([:])

    init(producer: KafkaProducer, topics: TopicNames) {
        self.producer = producer
        self.topics = topics
    }

    /// Whether nothing new is to be learnt of a reply topic.
    func knows(_ topic: String) -> Bool {
        replyTopics.withLock { $0[topic].map { $0.learnt > .now - Self.belief } ?? false }
    }

    /// How many partitions a reply topic has, as far as that was learnt; `nil`: it is not known, or does not exist.
    func partitionCount(of topic: String) -> Int? {
        replyTopics.withLock { $0[topic]?.partitions }
    }

    /// Learns of a reply topic how many partitions it has, if it exists at all.
    func learn(_ topic: String) async {
        let partitions: Int?
        do throws(KafkaError) {
            partitions = try await producer.partitionCount(of: topic, timeout: .seconds(5))
        } catch {
            // Without an answer the reply is written to the partition it names, and its delivery tells.
            guard error.code == .unknownTopic || error.code == .unknownTopicOrPartition else { return }
            partitions = nil
        }
        replyTopics.withLock { known in
            if known.count >= 1_000 { known.removeAll() }
            known[topic] = ReplyTopic(partitions: partitions, learnt: .now)
        }
    }

    /// Appends a reply, one record for each of its parts.
    func append(_ reply: RecordProcessor.AddressedReply, to batch: KafkaDeliveryBatch) throws(KafkaError) {
        var headers = [KafkaHeader(name: HeaderNames.contentType, value: Array(reply.format.contentType.utf8))]
        if let correlationID = reply.address.correlationID {
            headers.append(KafkaHeader(name: HeaderNames.correlationID, value: correlationID))
        }
        var partition = reply.address.partition
        var warning = reply.warning
        if let topic = replyTopics.withLock({ $0[reply.address.topic] }) {
            guard let count = topic.partitions else {
                throw KafkaError(code: .unknownTopic, message: "the reply topic \(reply.address.topic) does not exist")
            }
            if let wanted = partition, Int(wanted) >= count {
                partition = nil
                warning = "\(HeaderNames.replyPartition) \(wanted) is out of range and was ignored"
            }
        }
        headers += reply.trace
        if let warning { headers.append(KafkaHeader(name: HeaderNames.warning, value: Array(warning.utf8))) }
        let key = Array(reply.jobID.utf8)
        for value in reply.values {
            try batch.append(
                topic: reply.address.topic,
                partition: partition,
                key: key.isEmpty ? nil : key,
                value: value,
                headers: headers
            )
        }
    }

    /// Appends a result that is kept, one record for each of its parts.
    func append(_ result: RecordProcessor.KeptResult, to batch: KafkaDeliveryBatch) throws(KafkaError) {
        // Chunks of one job spread over the partitions.
        let key = result.done.chunk == 0 ? result.jobID : "\(result.jobID)/\(result.done.chunk)"
        for value in result.values {
            try batch.append(
                topic: topics.results,
                key: Array(key.utf8),
                value: value,
                headers: [Self.protobuf]
            )
        }
    }

    /// Appends what is told of a result, once it is known where it lies.
    ///
    /// - Parameter places: One for each of its parts.
    func append(
        _ result: RecordProcessor.KeptResult,
        at places: [(partition: Int32, offset: Int64)],
        to batch: KafkaDeliveryBatch
    ) throws(KafkaError) {
        var done = result.done
        done.partition = places.first?.partition ?? 0
        done.offsets = places.map(\.offset)
        try append(JobFact(jobID: result.jobID, tenant: result.tenant, .chunkDone(done)), to: batch)
    }

    /// Appends what is told of a job.
    func append(_ fact: JobFact, to batch: KafkaDeliveryBatch) throws(KafkaError) {
        guard let value = try? WireFormat.protobuf.encode(fact) else { return }
        try batch.append(topic: topics.jobStates, key: Array(fact.key.utf8), value: value)
    }

    /// Appends a job that sends a webhook; it stands in the way of no step of an upload.
    func append(_ webhook: Job, to batch: KafkaDeliveryBatch) throws(KafkaError) {
        guard let value = try? WireFormat.protobuf.encode(webhook) else { return }
        try batch.append(
            topic: topics.multipartJobs,
            key: Array(webhook.jobID.utf8),
            value: value,
            headers: [Self.protobuf]
        )
    }

    /// Appends an event.
    func append(_ event: EventRecord, to batch: KafkaDeliveryBatch) throws(KafkaError) {
        try batch.append(topic: topics.metrics, value: event.value, headers: event.headers)
    }
}
