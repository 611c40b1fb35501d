// SPDX-License-Identifier: Apache-2.0

internal import Contract
package import CoreMetrics
internal import Foundation
package import Logging
package import Management
internal import S3ControlPlane
internal import ServiceLifecycle
internal import SignetKafka
internal import Synchronization

/// A worker: consumes jobs, signs, replies and publishes events, until it is told to stop; then it drains.
package struct Worker: Service {
    private let configuration: WorkerConfiguration
    private let producer: KafkaProducer
    private let bulkProducer: KafkaProducer
    private let multipartProducer: KafkaProducer
    private let signing: KafkaConsumer
    private let bulk: KafkaConsumer
    private let multipart: KafkaConsumer
    /// `nil`: there are no later rounds.
    private let laterRounds: KafkaConsumer?
    private let quarantine: Quarantine
    private let parking: RecordParking
    private let metrics: WorkerMetrics
    /// The first three are those that `joined` waits for.
    private let lanes: [WorkerPool.Lane]
    private let isDraining = Draining()

    /// Beyond this a batch in flight makes the worker unready.
    private static let longestFlight = Duration.seconds(120)

    /// Likewise of a job that asks S3: to complete an upload of thousands of parts takes it minutes.
    private static let longestTalk = Duration.seconds(1_800)

    /// Jobs that ask S3 at the same time: each holds little but a connection.
    static let multipartInFlight = 256

    /// Bytes of bulk results that wait for their acknowledgement: enough to keep a broker busy, little enough to be soon
    /// through.
    static let bulkBytesInFlight = 16 << 20

    /// Whether the worker was told to stop.
    private final class Draining: Sendable {
        let flag = Atomic<Bool>(false)
    }
    private let credentials: CredentialResolver
    private let joining = Joining(lanes: 3)
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    /// - Parameters:
    ///   - environment: Where the profile `default` is looked for.
    ///   - clock: Unix milliseconds.
    ///   - factory: Where metrics go.
    /// - Throws: `WorkerError`, or `KafkaError` for a setting that librdkafka refuses.
    package init(
        configuration: WorkerConfiguration,
        environment: [String: String],
        clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000) },
        factory: any MetricsFactory = MetricsSystem.factory,
        logger: Logger
    ) throws {
        metrics = WorkerMetrics(factory: factory)
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        credentials = try CredentialResolver(
            profilesFile: configuration.profilesFile,
            environment: environment,
            sealingKeys: configuration.sealingKeys,
            allowedEndpoints: configuration.allowedEndpoints
        )
        producer = try KafkaProducer(
            configuration: configuration.kafka,
            metrics: KafkaMetrics(client: "worker.producer", factory: factory),
            logger: logger
        )
        bulkProducer = try KafkaProducer(
            configuration: configuration.kafka,
            maximumInFlightBytes: Self.bulkBytesInFlight,
            metrics: KafkaMetrics(client: "worker.producer.bulk", factory: factory),
            logger: logger
        )
        multipartProducer = try KafkaProducer(
            // Few records, of which a job waits for one after the other: nothing is gained by grouping them.
            configuration: configuration.kafka.merging(defaults: KafkaConfiguration(["linger.ms": "0"])),
            metrics: KafkaMetrics(client: "worker.producer.multipart", factory: factory),
            logger: logger
        )
        signing = try Self.consumer("signing", of: configuration.signingGroup, configuration, factory, logger)
        bulk = try Self.consumer("bulk", of: configuration.bulkGroup, configuration, factory, logger)
        multipart = try Self.consumerOfMultipart(configuration, factory, logger)
        laterRounds = try Self.consumerOfLaterRounds(configuration, factory, logger)
        lanes = try Self.lanes(
            configuration,
            signing: (signing, producer),
            bulk: (bulk, bulkProducer),
            multipart: (multipart, multipartProducer),
            laterRounds: laterRounds,
            metrics,
            factory,
            logger
        )
        quarantine = try Self.quarantine(configuration, now: clock(), logger)
        parking = RecordParking(
            producer: producer,
            metrics: metrics,
            breaker: DeadLetterBreaker(limits: configuration.deadLetterLimits),
            clock: clock,
            logger: logger
        )
    }

    private static func quarantine(
        _ configuration: WorkerConfiguration,
        now: Int64,
        _ logger: Logger
    ) throws(WorkerError) -> Quarantine {
        let journal: CrashJournal
        let leftovers: [CrashJournal.Entry]
        do throws(WorkerError) {
            switch configuration.stateDirectory {
            case .none: return Quarantine(journal: nil, leftovers: [], now: now)
            case .chosen(let directory), .usual(let directory):
                (journal, leftovers) = try CrashJournal.take(directory: directory, name: configuration.journalName)
            }
        } catch {
            guard case .usual = configuration.stateDirectory else { throw error }
            logger.notice(
                "No journal is kept: a job that ends its worker will not be found",
                metadata: ["error": "\(error)"]
            )
            return Quarantine(journal: nil, leftovers: [], now: now)
        }
        if !leftovers.isEmpty {
            logger.warning(
                "An earlier worker ended with records in flight; they run one by one",
                metadata: ["ranges": "\(leftovers.count)"]
            )
        }
        return Quarantine(journal: journal, leftovers: leftovers, now: now)
    }

    /// Adds what must hold for the worker to be left running, and to count as ready.
    package func addHealthChecks(liveness: HealthChecks, readiness: HealthChecks) {
        liveness.addLoop("worker.producer.poll") { [producer] in producer.pollAge }
        liveness.addLoop("worker.producer.bulk.poll") { [bulkProducer] in bulkProducer.pollAge }
        liveness.addLoop("worker.producer.multipart.poll") { [multipartProducer] in multipartProducer.pollAge }
        for lane in lanes {
            liveness.addLoop("worker.\(lane.name).poll") { lane.consumer.pollAge }
            readiness.add("worker.\(lane.name).inflight") {
                guard let age = lane.inFlight.oldestAge, age > (lane.asksS3 ? Self.longestTalk : Self.longestFlight)
                else {
                    return nil
                }
                return "a batch is in flight for \(age.components.seconds) s"
            }
            if let transactions = lane.transactions {
                readiness.add("worker.\(lane.name).transactions") {
                    guard let time = transactions.failingFor, time > Self.longestFlight else { return nil }
                    return "events and offsets could not be committed for \(time.components.seconds) s"
                }
            }
        }
        readiness.add("worker.broker") { [producer] in
            do throws(KafkaError) {
                try await producer.probe()
                return nil
            } catch {
                return "Kafka does not answer: \(error.code)"
            }
        }
        readiness.add("worker.groups") { [joining] in
            joining.isComplete ? nil : "the worker has not joined its consumer groups yet"
        }
        readiness.add("worker.deadletters") { [parking] in
            parking.isHeld
                ? "too many jobs end as dead letters, so their partitions are held; look at the dead letters" : nil
        }
        readiness.add("worker.running") { [isDraining] in
            isDraining.flag.load(ordering: .relaxed) ? "the worker is stopping" : nil
        }
    }

    /// Waits until the worker has joined its groups, whether or not partitions were left for it.
    package func joined() async throws {
        try await joining.value()
    }

    /// Works until the surrounding task is told to shut down, or cannot go on.
    package func run() async throws {
        try await S3ControlPlane.run(clock: clock) { controlPlane in
            try await WebhookSender.run(configuration.webhooks) { webhooks in
                try await run(asking: controlPlane, telling: webhooks)
            }
        }
    }

    private func run(asking controlPlane: S3ControlPlane, telling webhooks: WebhookSender) async throws {
        let concurrency =
            configuration.concurrency > 0 ? configuration.concurrency : ProcessInfo.processInfo.activeProcessorCount
        let topics = configuration.topics
        let writer = ResultWriter(producer: producer, topics: topics)
        let pool = WorkerPool(
            lanes: lanes,
            concurrency: concurrency,
            processor: RecordProcessor(
                handler: JobHandler(
                    credentials: credentials,
                    worker: configuration.identity,
                    s3: S3Access(
                        plane: controlPlane,
                        claims: UploadClaims(
                            producer: multipartProducer,
                            kafka: configuration.kafka,
                            topic: topics.jobStates,
                            logger: logger
                        ),
                        delays: topics.retryDelays,
                        inFlight: Self.multipartInFlight
                    ),
                    webhooks: webhooks
                ),
                encoder: ReplyEncoder(maximumBytes: configuration.maximumReplyBytes),
                allowedReplyTopics: configuration.allowedReplyTopics
            ),
            plainJobs: PlainJobRunner(
                plans: SigningPlans(credentials: credentials, worker: configuration.identity),
                writer: writer,
                metrics: metrics,
                policy: configuration.allowedReplyTopics,
                eventTopic: topics.metrics,
                maximumReplyBytes: configuration.maximumReplyBytes
            ),
            writer: writer,
            parking: parking,
            retries: RetryPolicy(delays: topics.retryDelays),
            quarantine: quarantine,
            turns: TurnQueue(weight: configuration.bulkWeight, tasks: concurrency),
            multipartTopic: topics.multipartJobs,
            hops: HopMemory(),
            metrics: metrics,
            joining: joining,
            clock: clock,
            logger: logger
        )
        logger.info(
            "Worker starts",
            metadata: [
                "worker": "\(configuration.identity.name)", "group": "\(configuration.group)",
                "profiles": "\(credentials.profileNames)", "concurrency": "\(concurrency)",
                "sealingKeys": "\(configuration.sealingKeys.map(\.id))",
            ]
        )
        let start = WorkerStart(
            producers: [producer, bulkProducer, multipartProducer],
            topics: topics,
            subscriptions: [
                (signing, [topics.signingJobs]), (bulk, [topics.bulkJobs]), (multipart, [topics.multipartJobs]),
            ]
                + (laterRounds.map { [($0, topics.retries)] } ?? []),
            logger: logger
        )
        // Ended in the reverse order: consumers stop and drain while the pool works, the pool ends when they have
        // closed, the producers flush last.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: OpenedCredentialsPurge(credentials: credentials, clock: clock)),
                    .init(service: producer),
                    .init(service: bulkProducer),
                    .init(service: multipartProducer),
                ] + lanes.compactMap(\.transactions).map { .init(service: $0) } + [
                    .init(service: pool),
                    .init(service: signing),
                    .init(service: bulk),
                    .init(service: multipart),
                ] + (laterRounds.map { [.init(service: $0)] } ?? []) + [
                    .init(service: start, successTerminationBehavior: .ignore)
                ],
                logger: logger
            )
        )
        try await withGracefulShutdownHandler {
            try await group.run()
        } onGracefulShutdown: { [isDraining] in
            isDraining.flag.store(true, ordering: .relaxed)
        }
    }
}

/// Waits for the topics, then joins the groups.
private struct WorkerStart: Service {
    /// Each asks for itself: a producer that does not know a topic yet keeps the first record for up to a second.
    let producers: [KafkaProducer]
    let topics: TopicNames
    let subscriptions: [(consumer: KafkaConsumer, topics: [String])]
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            for specification in topics.specifications {
                for producer in producers { try await require(specification.name, for: producer) }
            }
            for (consumer, topics) in subscriptions { try await consumer.subscribe(to: topics) }
        }
    }

    /// A topic that is missing ends the worker; a broker that does not answer is waited for.
    private func require(_ topic: String, for producer: KafkaProducer) async throws {
        var isReported = false
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            do throws(KafkaError) {
                _ = try await producer.partitionCount(of: topic)
                return
            } catch {
                if error.code == .unknownTopicOrPartition || error.code == .unknownTopic {
                    throw WorkerError(
                        .missingTopic,
                        message: "topic \(topic) does not exist; run `signet topics create`, or check topics.prefix",
                        cause: error
                    )
                }
                guard error.isRetriable else {
                    throw WorkerError(.kafka, message: "Kafka refused to describe topic \(topic)", cause: error)
                }
                if !isReported {
                    isReported = true
                    logger.warning("Waiting for Kafka", metadata: ["topic": "\(topic)", "code": "\(error.code)"])
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// Overwrites opened credentials when their time is up, though nobody asks for them again.
private struct OpenedCredentialsPurge: Service {
    let credentials: CredentialResolver
    let clock: @Sendable () -> Int64

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(15))
                credentials.purge(now: clock())
            }
        }
        credentials.purge(now: .max)
    }
}
