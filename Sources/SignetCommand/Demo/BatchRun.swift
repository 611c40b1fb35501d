// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import Logging
internal import SignetKafka

/// A batch signed as an application of its own would: jobs to the bulk topic, replies from a topic that they name.
struct BatchRun: Sendable {
    /// Items of one job record.
    static let chunkSize = 500

    let broker: EmbeddedBroker
    let topics: TopicNames
    let count: Int
    let logger: Logger

    /// What the run gave.
    struct Outcome: Sendable {
        var urls: [String] = []
        /// From the first job written to the last reply joined.
        var time: Duration = .zero
        /// Some of the events that the platform published.
        var events: [String] = []
    }

    private var replyTopic: String { topics.replies + ".demo" }

    func run() async throws -> Outcome {
        try broker.createTopic(replyTopic, partitions: 1)
        let kafka = KafkaConfiguration(["bootstrap.servers": broker.bootstrapServers])
        let producer = try KafkaProducer(
            configuration: kafka.merging(EmbeddedBroker.recommendedProducerSettings),
            logger: logger
        )
        let settings = kafka.merging(EmbeddedBroker.recommendedClientSettings)
        let replies = try KafkaConsumer(configuration: settings, logger: logger)
        let events = try KafkaConsumer(configuration: settings, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await producer.run() }
            group.addTask { try await replies.run() }
            group.addTask { try await events.run() }
            defer { for stop in [producer.stop, replies.stop, events.stop] { stop() } }
            try await replies.assign([KafkaTopicPartition(topic: replyTopic, partition: 0): .beginning])
            // A client asks for an unknown topic's leaders only once a second: let it know them before the clock runs.
            _ = try await producer.partitionCount(of: topics.bulkJobs)
            // The same is true of the worker's client and the new reply topic: one chunk goes ahead.
            try await write(Self.chunkSize, with: producer)
            _ = try await read(Self.chunkSize, from: replies)
            var outcome = Outcome()
            let clock = ContinuousClock()
            let start = clock.now
            try await write(count, with: producer)
            outcome.urls = try await read(count, from: replies)
            outcome.time = clock.now - start
            outcome.events = try await readEvents(from: events)
            return outcome
        }
    }

    private func write(_ count: Int, with producer: KafkaProducer) async throws {
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
        let jobID = JobID(unixMilliseconds: now)
        let headers = [
            KafkaHeader(name: HeaderNames.contentType, value: Array(WireFormat.protobuf.contentType.utf8)),
            KafkaHeader(name: HeaderNames.replyTopic, value: Array(replyTopic.utf8)),
            KafkaHeader(name: HeaderNames.correlationID, value: Array("demo".utf8)),
        ]
        let batch = producer.makeBatch()
        for (chunk, first) in stride(from: 0, to: count, by: Self.chunkSize).enumerated() {
            var job = Job()
            job.version = 1
            job.jobID = jobID.description
            job.chunk = UInt32(chunk)
            job.tenant = "default"
            job.signingTimeMs = now
            job.s3Signing.s3Bucket = "my-bucket"
            job.s3Signing.s3Region = "us-east-1"
            job.s3Signing.operation = "GetObject"
            job.s3Signing.firstItem = UInt64(first)
            job.s3Signing.items = (first..<min(first + Self.chunkSize, count)).map { number in
                var item = S3SigningItem()
                item.key = "dataset/part-\(number).parquet"
                return item
            }
            try batch.append(
                topic: topics.bulkJobs,
                value: try WireFormat.protobuf.encode(job),
                headers: headers
            )
        }
        let outcome = await batch.delivered()
        if let failure = outcome.failures.first { throw failure.error }
    }

    private func read(_ count: Int, from consumer: KafkaConsumer) async throws -> [String] {
        var urls: [String] = []
        for await event in consumer.events {
            guard case .records(let records) = event else { continue }
            var replies: [Reply] = []
            try records.forEach { record in
                var warnings: [String] = []
                guard let value = record.value else { return }
                replies.append(try WireFormat.protobuf.decode(Reply.self, from: value, warnings: &warnings))
            }
            for reply in replies {
                if reply.hasFailure {
                    throw CommandError("a chunk failed: \(reply.failure.code): \(reply.failure.message)")
                }
                let joiner = ReplyJoiner(reply.s3Signing)
                for index in reply.s3Signing.items.indices { urls.append(try joiner.join(at: index).url) }
            }
            if urls.count >= count { break }
        }
        guard Set(urls).count == count else {
            throw CommandError("\(Set(urls).count) different URLs came back instead of \(count)")
        }
        return urls
    }

    private func readEvents(from consumer: KafkaConsumer) async throws -> [String] {
        let partitions = try await consumer.partitionCount(of: topics.metrics)
        try await consumer.assign(
            Dictionary(
                uniqueKeysWithValues: (0..<Int32(clamping: partitions)).map {
                    (KafkaTopicPartition(topic: topics.metrics, partition: $0), KafkaOffset.beginning)
                }
            )
        )
        var events: [String] = []
        for await event in consumer.events {
            guard case .records(let records) = event else { continue }
            records.forEach { record in
                guard events.count < 3, let value = record.value else { return }
                let type = (record.header("ce_type") ?? nil).map { String(decoding: $0, as: UTF8.self) } ?? ""
                events.append("\(type) \(String(decoding: value, as: UTF8.self))")
            }
            if events.count == 3 { break }
        }
        return events
    }
}
