// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka
internal import Synchronization

/// Puts what a batch of jobs gave into one set of deliveries: replies, events and dead letters.
final class ResultWriter: Sendable {
    private let producer: KafkaProducer
    private let topics: TopicNames
    /// Partitions of the reply topics seen, so that an address out of range is known before it is written to.
    private let partitionCounts = Mutex<[String: Int]>([:])

    init(producer: KafkaProducer, topics: TopicNames) {
        self.producer = producer
        self.topics = topics
    }

    /// Learns the partition counts of topics that are new to us: asked once for each topic.
    func learn(_ replyTopics: Set<String>) async {
        let unknown = partitionCounts.withLock { counts in replyTopics.filter { counts[$0] == nil } }
        for topic in unknown {
            // Without an answer the reply is written to the partition it names, and its delivery tells.
            guard let count = try? await producer.partitionCount(of: topic, timeout: .seconds(5)) else { continue }
            partitionCounts.withLock { counts in
                if counts.count >= 1_000 { counts.removeAll() }
                counts[topic] = count
            }
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
        if let wanted = partition,
            let count = partitionCounts.withLock({ $0[reply.address.topic] }), Int(wanted) >= count
        {
            partition = nil
            warning = "\(HeaderNames.replyPartition) \(wanted) is out of range and was ignored"
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

    /// Appends an event.
    func append(_ event: CloudEvent, trace: [KafkaHeader], to batch: KafkaDeliveryBatch) throws(KafkaError) {
        let headers = event.headers.map { KafkaHeader(name: $0.name, value: Array($0.value.utf8)) }
        try batch.append(topic: topics.metrics, value: event.data, headers: headers + trace)
    }

    /// Appends a record to its topic's dead letters: bytes and headers as they were, and why.
    ///
    /// - Parameters:
    ///   - isReferenceOnly: Leaves out key, value and headers, for a record that fills a message already: its topic,
    ///     partition and offset lead to it while it is retained.
    ///   - group: The consumer group that gave the record up.
    func append(
        deadLetter record: borrowing KafkaRecord,
        isReferenceOnly: Bool = false,
        of group: String,
        because failure: FailureError,
        to batch: KafkaDeliveryBatch
    ) throws(KafkaError) {
        var headers: [KafkaHeader] = []
        if !isReferenceOnly {
            record.forEachHeader { name, value in
                // One bounded set of reasons: those of an earlier round are replaced.
                if name.hasPrefix(HeaderNames.deadLetterPrefix) { return }
                headers.append(KafkaHeader(name: name, value: value.map { Array($0) }))
            }
        }
        func add(_ name: String, _ value: [UInt8]) { headers.append(KafkaHeader(name: name, value: value)) }
        func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        // Numbers are big-endian bytes, as Spring Kafka writes them.
        add(HeaderNames.deadLetterOriginalTopic, Array(record.topic.utf8))
        add(HeaderNames.deadLetterOriginalPartition, bytes(record.partition))
        add(HeaderNames.deadLetterOriginalOffset, bytes(record.offset))
        if let timestamp = record.timestamp {
            add(HeaderNames.deadLetterOriginalTimestamp, bytes(timestamp))
            let type = record.isTimestampOfAppend ? "LogAppendTime" : "CreateTime"
            add(HeaderNames.deadLetterOriginalTimestampType, Array(type.utf8))
        }
        add(HeaderNames.deadLetterOriginalConsumerGroup, Array(group.utf8))
        add(HeaderNames.deadLetterExceptionName, Array(failure.code.rawValue.utf8))
        let message =
            isReferenceOnly
            ? failure.message + "; too large to be kept here: read it at its original offset" : failure.message
        add(HeaderNames.deadLetterExceptionMessage, Array(message.utf8))
        try batch.append(
            topic: TopicNames.deadLetters(of: record.topic),
            key: isReferenceOnly ? nil : record.key,
            value: isReferenceOnly ? nil : record.value,
            headers: headers
        )
    }
}
