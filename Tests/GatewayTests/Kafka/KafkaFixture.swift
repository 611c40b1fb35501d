// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Logging
import Management
import ServiceLifecycle
import SignetKafka
import SwiftProtobuf

/// A whole gateway on an embedded broker, and a worker whose answers a test decides.
struct KafkaFixture: HTTPCaller {
    let port: Int
    let broker: EmbeddedBroker
    let readiness: HealthChecks
    /// What the gateway says.
    let logs: RecordedLogs
    /// Writes to the broker as a worker does.
    let producer: KafkaProducer
    /// The jobs that arrived, in order.
    let jobs: AsyncStream<JobOnKafka>
    let shutDown: @Sendable () async -> Void

    /// A job as it lay on the topic.
    struct JobOnKafka: Sendable {
        let job: Job
        let topic: String
        let replyTopic: String
        let replyPartition: Int32?
        let correlationID: [UInt8]
    }

    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static func configuration(of broker: EmbeddedBroker) -> GatewayConfiguration {
        var kafka = EmbeddedBroker.recommendedClientSettings
        kafka["bootstrap.servers"] = broker.bootstrapServers
        // The worker's clients, too, find a broker that comes back at once.
        kafka["reconnect.backoff.max.ms"] = "200"
        return GatewayConfiguration(kafka: kafka, port: 0, waitUntil: HTTPFixture.patience, instanceID: "gateway-1")
    }

    static func makeBroker() throws -> EmbeddedBroker {
        let topics = TopicNames()
        return try EmbeddedBroker(topics: [
            (topics.signingJobs, 3), (topics.replies, 5), (topics.results, 3), (topics.jobStates, 2),
        ])
    }

    static func run(
        _ change: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (KafkaFixture) async throws -> Void
    ) async throws {
        let broker = try makeBroker()
        defer { broker.close() }
        var configuration = configuration(of: broker)
        change(&configuration)
        let logs = RecordedLogs()
        let gateway = try Gateway(configuration: configuration, logger: logs.logger)
        let readiness = HealthChecks()
        gateway.addHealthChecks(liveness: HealthChecks(), readiness: readiness)
        let before = await readiness.report()
        guard before.checks.allSatisfy({ !$0.isReady }) else { throw Unexpected("ready before it runs: \(before)") }

        let producer = try KafkaProducer(configuration: configuration.kafka, logger: quiet)
        let consumer = try KafkaConsumer(configuration: configuration.kafka, logger: quiet)
        let (jobs, job) = AsyncStream.makeStream(of: JobOnKafka.self)
        let group = ServiceGroup(configuration: .init(services: [gateway], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await producer.run() }
            tasks.addTask { try await consumer.run() }
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await case .records(let batch) in consumer.events { batch.forEach { job.yield(JobOnKafka($0)) } }
                job.finish()
            }
            let topic = configuration.topics.signingJobs
            try await consumer.assign(
                Dictionary(uniqueKeysWithValues: (0..<3).map { (.init(topic: topic, partition: $0), .beginning) })
            )
            try await body(
                KafkaFixture(
                    port: try await gateway.ready(),
                    broker: broker,
                    readiness: readiness,
                    logs: logs,
                    producer: producer,
                    jobs: jobs,
                    shutDown: { await group.triggerGracefulShutdown() }
                )
            )
            await group.triggerGracefulShutdown()
            consumer.stop()
            producer.stop()
            try await tasks.waitForAll()
        }
    }

    func nextJob() async throws -> JobOnKafka {
        guard let job = await jobs.first(where: { _ in true }) else { throw Unexpected("the topic ended") }
        return job
    }

    /// Writes a reply where the job's headers want it.
    func reply(_ reply: Reply, to job: JobOnKafka, as format: WireFormat = .protobuf) async throws {
        try await write(
            format.encode(reply),
            to: job,
            headers: [
                KafkaHeader(name: HeaderNames.contentType, value: Array(format.contentType.utf8)),
                KafkaHeader(name: HeaderNames.correlationID, value: job.correlationID),
            ]
        )
    }

    /// Writes any record to the partition that the job's reply is read from.
    func write(_ value: [UInt8]?, to job: JobOnKafka, headers: [KafkaHeader]) async throws {
        let batch = producer.makeBatch()
        try batch.append(topic: job.replyTopic, partition: job.replyPartition, value: value, headers: headers)
        guard await batch.delivered().isDelivered else { throw Unexpected("the reply was not delivered") }
    }

    struct Unexpected: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }
}

extension KafkaFixture.JobOnKafka {
    init(_ record: borrowing KafkaRecord) {
        func bytes(_ name: String) -> [UInt8] { (record.header(name) ?? nil).map { Array($0) } ?? [] }
        job = (record.value.map { Array($0) }).flatMap { try? Job(serializedBytes: $0) } ?? Job()
        topic = record.topic
        replyTopic = String(decoding: bytes(HeaderNames.replyTopic), as: UTF8.self)
        replyPartition = bytes(HeaderNames.replyPartition).withUnsafeBytes { ReplyAddress.partition(from: $0) }
        correlationID = bytes(HeaderNames.correlationID)
    }

    /// A reply with one signed URL.
    var signed: Reply {
        get throws {
            try ReceivedJob(job).signed()
        }
    }
}
