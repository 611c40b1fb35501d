// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Logging
import Management
import ServiceLifecycle
import SignetKafka
import SwiftProtobuf
import TestSupport
import Worker

/// A whole worker on an embedded broker of its own, and a client that reads every topic.
struct WorkerFixture: Sendable {
    let broker: EmbeddedBroker
    let worker: Worker
    let topics: TopicNames
    private let producer: KafkaProducer
    private let streams: [String: AsyncStream<Letter>]
    private let group: ServiceGroup
    private let workerEnded: AsyncStream<Void>
    private let metrics: PrometheusMetricsFactory
    /// Asks what the workers' group has committed; is no member of it.
    private let onlooker: KafkaConsumer

    /// A topic for replies that the worker has not met: a broker's fault there is not hidden by what it knows.
    static let lateReplies = "test.replies-late"

    /// A record as a client finds it.
    struct Letter: Sendable {
        let topic: String
        let key: [UInt8]?
        let value: [UInt8]?
        let headers: [String: [UInt8]]

        init(_ record: borrowing KafkaRecord) {
            topic = record.topic
            key = record.key.map { Array($0) }
            value = record.value.map { Array($0) }
            var headers: [String: [UInt8]] = [:]
            record.forEachHeader { headers[$0] = $1.map { Array($0) } ?? [] }
            self.headers = headers
        }

        func text(_ name: String) -> String? { headers[name].map { String(decoding: $0, as: UTF8.self) } }
        func reply() throws -> Reply { try Reply(serializedBytes: value ?? []) }
    }

    /// Unix milliseconds.
    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// - Parameter clockAhead: Milliseconds that the worker's clock is ahead.
    static func run(
        retryDelays: [Int] = [300],
        kafka more: [String: String] = [:],
        clockAhead: Int64 = 0,
        _ change: (inout WorkerConfiguration) -> Void = { _ in },
        _ body: (WorkerFixture) async throws -> Void
    ) async throws {
        let topics = TopicNames(prefix: "test.", retryDelays: retryDelays)
        let names = topics.specifications.map(\.name) + [lateReplies]
        let broker = try EmbeddedBroker(topics: names.map { ($0, 3) })
        defer { broker.close() }
        var kafka = EmbeddedBroker.recommendedClientSettings
        kafka["bootstrap.servers"] = broker.bootstrapServers
        kafka["topic.metadata.refresh.fast.interval.ms"] = "50"
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = WorkerConfiguration(
            kafka: kafka.merging(KafkaConfiguration(more)),
            topics: topics,
            identity: WorkerIdentity(name: "worker-1")
        )
        change(&configuration)
        let metrics = PrometheusMetricsFactory()
        let onlooker = try KafkaConsumer(
            configuration: kafka.merging(KafkaConfiguration(["group.id": "signet-workers.signing"])),
            logger: quiet
        )
        let worker = try Worker(
            configuration: configuration,
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
            ],
            clock: { now() + clockAhead },
            factory: metrics,
            logger: quiet
        )
        let producer = try KafkaProducer(configuration: kafka, logger: quiet)
        let consumer = try KafkaConsumer(configuration: kafka, logger: quiet)
        let pairs = names.map { ($0, AsyncStream.makeStream(of: Letter.self)) }
        let ends = Dictionary(uniqueKeysWithValues: pairs.map { ($0.0, $0.1.continuation) })
        let (workerEnded, workerEnds) = AsyncStream.makeStream(of: Void.self)
        let group = ServiceGroup(configuration: .init(services: [worker], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await producer.run() }
            tasks.addTask { try await consumer.run() }
            tasks.addTask {
                defer { workerEnds.finish() }
                try await group.run()
            }
            tasks.addTask {
                for await case .records(let batch) in consumer.events {
                    batch.forEach { ends[$0.topic]?.yield(Letter($0)) }
                }
                for end in ends.values { end.finish() }
            }
            var positions: [KafkaTopicPartition: KafkaOffset] = [:]
            for name in names {
                for partition in Int32(0)..<3 {
                    positions[KafkaTopicPartition(topic: name, partition: partition)] = .beginning
                }
            }
            try await consumer.assign(positions)
            try await worker.joined()
            let fixture = WorkerFixture(
                broker: broker,
                worker: worker,
                topics: topics,
                producer: producer,
                streams: Dictionary(uniqueKeysWithValues: pairs.map { ($0.0, $0.1.stream) }),
                group: group,
                workerEnded: workerEnded,
                metrics: metrics,
                onlooker: onlooker
            )
            do { try await body(fixture) } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            producer.stop()
            consumer.stop()
            try await tasks.waitForAll()
        }
    }

    /// A job that signs so many URLs.
    func job(items: Int = 1) -> Job {
        var job = Job()
        job.version = 1
        job.jobID = UUID().uuidString.lowercased()
        job.tenant = "default"
        job.s3Signing.operation = "GetObject"
        job.s3Signing.s3Bucket = "my-bucket"
        job.s3Signing.s3Region = "eu-central-1"
        job.s3Signing.items = (0..<items).map { index in
            var item = S3SigningItem()
            item.key = "object \(index)"
            return item
        }
        return job
    }

    /// Writes records to the topic of interactive jobs, into one partition, and waits until they are there.
    func send(_ values: [[UInt8]], replyTo topic: String? = nil, headers: [KafkaHeader] = []) async throws {
        let batch = producer.makeBatch(minimumCapacity: values.count)
        var all = headers
        if let topic { all.append(KafkaHeader(name: HeaderNames.replyTopic, value: Array(topic.utf8))) }
        for value in values {
            try batch.append(topic: topics.signingJobs, partition: 1, value: value, headers: all)
        }
        let outcome = await batch.delivered()
        if let failure = outcome.failures.first { throw failure.error }
    }

    func send(_ job: Job, replyTo topic: String? = nil) async throws {
        try await send([job.serializedBytes()], replyTo: topic ?? topics.replies)
    }

    /// Ends the worker in order, before the rest.
    func stopWorker() async {
        await group.triggerGracefulShutdown()
        for await _ in workerEnded {}
    }

    /// How many interactive jobs the workers' group has committed.
    func committedJobs() async throws -> Int64 {
        let partitions = (Int32(0)..<3).map { KafkaTopicPartition(topic: topics.signingJobs, partition: $0) }
        return try await onlooker.committed(partitions).values.reduce(0, +)
    }

    /// What a metric of the worker stands at, by its name and labels as Prometheus writes them.
    func metric(_ name: String) -> Int {
        let line = metrics.exposition().split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }.map { Int($0) } ?? 0
    }

    /// Why the worker is not ready.
    func reasons() async -> [String] {
        let readiness = HealthChecks()
        worker.addHealthChecks(liveness: HealthChecks(), readiness: readiness)
        return await readiness.report().checks.compactMap(\.reason)
    }

    /// The next record of a topic that nobody has been given yet.
    func next(on topic: String) async throws -> Letter {
        guard let stream = streams[topic] else { throw TestSupportError("nobody reads \(topic)") }
        return try await withDeadline(for: "a record of \(topic)") {
            guard let letter = await stream.first(where: { _ in true }) else {
                throw TestSupportError("\(topic) ended")
            }
            return letter
        }
    }
}
