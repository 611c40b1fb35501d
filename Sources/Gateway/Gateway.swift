// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
package import Logging
package import Management
internal import ServiceLifecycle
internal import SignetKafka
internal import Synchronization

/// The HTTP gateway: turns requests into jobs on Kafka and replies into answers.
///
/// The one place where its parts are put together. On graceful shutdown it says that it is not ready, stops accepting,
/// lets those who wait finish, and closes consumer and producer, in that order.
package final class Gateway: Service {
    private let configuration: GatewayConfiguration
    private let logger: Logger
    private let producer: KafkaProducer
    private let monitor: BrokerMonitor
    private let router: ReplyRouter
    private let index: JobStateIndex
    private let stateReader: JobStateReader
    private let stateLog: KafkaJobStateLog
    private let recordReader: RecordReader
    private let front: HTTPFront
    private let listening = OneShot<Int>()
    private let isDraining = Atomic<Bool>(false)

    /// - Parameter clock: Unix milliseconds.
    /// - Throws: What is wrong with the configuration.
    package init(
        configuration: GatewayConfiguration,
        logger: Logger,
        clock: @escaping @Sendable () -> Int64 = { Int64(Date.now.timeIntervalSince1970 * 1_000) }
    ) throws(GatewayError) {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        // A broker that comes back is found within a second, unless the operator wants it otherwise.
        let kafka = configuration.kafka.merging(defaults: KafkaConfiguration(["reconnect.backoff.max.ms": "1000"]))
        let topics = configuration.topics
        index = try Self.makeIndex(configuration)
        let consumer: KafkaConsumer
        do {
            producer = try KafkaProducer(
                configuration: kafka.merging(JobPublisher.settings(deliveryTimeout: configuration.deliveryTimeout)),
                flushTimeout: configuration.deliveryTimeout,
                metrics: KafkaMetrics(client: "gateway.producer"),
                logger: logger
            )
            consumer = try KafkaConsumer(
                configuration: kafka.merging(ReplyRouter.settings),
                metrics: KafkaMetrics(client: "gateway.replies"),
                logger: logger
            )
            stateReader = try JobStateReader(
                kafka: kafka,
                topic: topics.jobStates,
                index: index,
                clock: clock,
                logger: logger
            )
            recordReader = try RecordReader(kafka: kafka, logger: logger)
        } catch {
            throw GatewayError(.invalidConfiguration, message: "a Kafka setting cannot be used", cause: error)
        }
        let metrics = GatewayMetrics()
        stateLog = KafkaJobStateLog(
            producer: producer,
            topics: topics,
            results: KafkaRecordArchive(reader: recordReader, topic: topics.results),
            logger: logger
        )
        let states = JobStates(index: index, log: stateLog, tenant: configuration.tenant)
        monitor = BrokerMonitor(
            producer: producer,
            topics: topics.jobs,
            logger: logger
        )
        front = HTTPFront(
            configuration: configuration,
            sink: JobPublisher(producer: producer, topic: topics.signingJobs, monitor: monitor),
            multipartSink: JobPublisher(producer: producer, topic: topics.multipartJobs, monitor: monitor),
            bulkSink: JobPublisher(producer: producer, topic: topics.bulkJobs, monitor: monitor),
            bulkRecords: KafkaRecordArchive(reader: recordReader, topic: topics.bulkJobs),
            states: states,
            metrics: metrics,
            logger: logger,
            clock: clock
        )
        router = ReplyRouter(
            consumer: consumer,
            configuration: configuration,
            room: front.room,
            batches: front.batches,
            states: states,
            metrics: metrics,
            logger: logger
        )
    }

    /// One file for each gateway and cluster: what one has read the other has not.
    private static func makeIndex(_ configuration: GatewayConfiguration) throws(GatewayError) -> JobStateIndex {
        guard let directory = configuration.stateDirectory else {
            return try JobStateIndex(path: nil, retention: configuration.jobRetention)
        }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw GatewayError(
                .invalidConfiguration,
                message:
                    "gateway.stateDirectory \(directory) cannot be made; name one that can be written, or unset it",
                cause: error
            )
        }
        let owner =
            "\(configuration.instanceID) \(configuration.topics.prefix) \(configuration.kafka["bootstrap.servers"] ?? "")"
        let name = "job-states-\(String(StableHash.of(owner), radix: 16)).sqlite"
        return try JobStateIndex(path: directory + "/" + name, retention: configuration.jobRetention)
    }

    // MARK: What others ask

    /// Waits until requests can be answered: the gateway listens, a broker answers, replies are read from a known position,
    /// and the states of earlier jobs are known.
    ///
    /// - Returns: The port that is bound.
    /// - Throws: Why the gateway ended before.
    package func ready() async throws(GatewayError) -> Int {
        try await front.room.positioned.value()
        try await stateReader.current.value()
        try await monitor.reached.value()
        return try await listening.value()
    }

    /// Adds what must hold for the gateway to be left running, and to be given requests.
    package func addHealthChecks(liveness: HealthChecks, readiness registry: HealthChecks) {
        liveness.addLoop("gateway.replies.poll") { [router] in router.pollAge }
        liveness.addLoop("gateway.jobs.poll") { [producer] in producer.pollAge }
        registry.add("gateway.broker") { [monitor] in
            monitor.isReachable ? nil : "no Kafka broker answers"
        }
        registry.add("gateway.replies") { [room = front.room] in
            room.replyAddress == nil ? "the position in the reply topic is not resolved" : nil
        }
        registry.add("gateway.states") { [index] in
            index.isCurrent ? nil : "the states of earlier jobs have not all been read"
        }
        liveness.addLoop("gateway.states.poll") { [stateReader] in stateReader.pollAge }
        registry.add("gateway.http") { [self] in
            if isDraining.load(ordering: .relaxed) { return "the gateway is stopping" }
            if case .success = listening.current { return nil }
            return "the gateway does not listen yet"
        }
    }

    // MARK: Life

    package func run() async throws {
        var end = GatewayError(.kafka, message: "the gateway has stopped")
        defer {
            listening.resolve(.failure(end))
            monitor.reached.resolve(.failure(end))
            stateReader.current.resolve(.failure(end))
            front.room.positioned.resolve(.failure(end))
        }
        do {
            try await serve()
        } catch let error as CancellationError {
            throw error
        } catch {
            end = explain(error)
            throw end
        }
    }

    private func serve() async throws {
        let listening = listening
        let application = front.makeApplication { port in listening.resolve(.success(port)) }
        // Stopped in the opposite order, each when the one behind it has ended.
        let services = ServiceGroup(
            configuration: .init(
                services: [producer, stateLog, recordReader, stateReader, router, monitor, application],
                logger: logger.onlyWarnings
            )
        )
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [self] in
                    // Cancelled when the services have ended.
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: configuration.drainTimeout)
                    front.room.close()
                    front.batches.close()
                }
                defer { group.cancelAll() }
                try await services.run()
            }
        } onGracefulShutdown: { [self] in
            isDraining.store(true, ordering: .relaxed)
        }
    }

    private func explain(_ error: any Error) -> GatewayError {
        switch error {
        case let error as GatewayError:
            return error
        case let error as KafkaError:
            return GatewayError(.kafka, message: "Kafka refused for good", cause: error)
        default:
            guard case .success = listening.current else {
                return GatewayError(
                    .cannotListen,
                    message: "\(configuration.host):\(configuration.port) cannot be listened at; "
                        + "is the port in use? Set http.host and http.port",
                    cause: error
                )
            }
            return GatewayError(.kafka, message: "the gateway failed", cause: error)
        }
    }
}
