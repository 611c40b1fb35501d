// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import Hummingbird
package import Logging
package import ServiceLifecycle
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
    private let room: WaitingRoom
    private let application: Application<RouterResponder<GatewayContext>>
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
        let consumer: KafkaConsumer
        do {
            producer = try KafkaProducer(
                configuration: configuration.kafka.merging(
                    JobPublisher.settings(deliveryTimeout: configuration.deliveryTimeout)
                ),
                flushTimeout: configuration.deliveryTimeout,
                logger: logger
            )
            consumer = try KafkaConsumer(
                configuration: configuration.kafka.merging(ReplyRouter.settings),
                logger: logger
            )
        } catch {
            throw GatewayError(.invalidConfiguration, message: "a Kafka setting cannot be used", cause: error)
        }
        let metrics = GatewayMetrics()
        let states = InMemoryJobStates(retention: configuration.jobRetention, capacity: configuration.maxJobs)
        room = WaitingRoom(
            maximumWaiting: configuration.maxInFlight,
            maximumOpen: configuration.maxJobs,
            states: states,
            metrics: metrics,
            clock: clock
        )
        monitor = BrokerMonitor(producer: producer, topic: configuration.topics.signingJobs, logger: logger)
        router = ReplyRouter(
            consumer: consumer, configuration: configuration, room: room, metrics: metrics, logger: logger
        )
        let jobs = JobSubmission(
            tenant: configuration.tenant,
            sealer: configuration.sealingKey.map { CredentialSealer(publicKey: $0) },
            sink: JobPublisher(producer: producer, topic: configuration.topics.signingJobs, monitor: monitor),
            waitingRoom: room,
            states: states,
            deadline: configuration.deadline,
            clock: clock
        )
        let signing = SigningEndpoint(
            jobs: jobs,
            maxBodyBytes: configuration.maxBodyBytes,
            wait: configuration.waitUntil,
            longestWait: configuration.longestWait
        )
        let routes = Routes(
            upload: UploadRoute(signing: signing),
            download: DownloadRoute(signing: signing),
            catalog: CatalogRoutes(),
            job: JobRoute(states: states, clock: clock)
        )
        application = Self.makeApplication(
            routes, configuration: configuration, metrics: metrics, logger: logger, listening: listening
        )
    }

    // MARK: What others ask

    /// The port that the gateway listens at, once it does.
    ///
    /// - Throws: Why it never will.
    package func port() async throws(GatewayError) -> Int { try await listening.value() }

    /// Waits until requests can be answered: the gateway listens and reads its replies from a known position.
    ///
    /// - Returns: The port.
    package func ready() async throws(GatewayError) -> Int {
        try await room.positioned.value()
        return try await listening.value()
    }

    /// What must hold for the gateway to be ready, by name.
    package var readinessChecks: [(name: String, isReady: @Sendable () -> Bool)] {
        [
            ("broker reachable", { [monitor] in monitor.isReachable }),
            ("reply position resolved", { [room] in room.replyAddress != nil }),
            ("listening", { [listening] in if case .success = listening.current { true } else { false } }),
            ("not draining", { [self] in !isDraining.load(ordering: .relaxed) }),
        ]
    }

    // MARK: Life

    package func run() async throws {
        var end = GatewayError(.kafka, message: "the gateway has stopped")
        defer {
            listening.resolve(.failure(end))
            room.positioned.resolve(.failure(end))
        }
        do {
            try await serve()
        } catch {
            end = explain(error)
            throw end
        }
    }

    private func serve() async throws {
        // Stopped in the opposite order, each when the one behind it has ended.
        let services = ServiceGroup(
            configuration: .init(services: [producer, router, monitor, application], logger: quiet(logger))
        )
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [self] in
                    // Cancelled when the services have ended.
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: configuration.drainTimeout)
                    room.close()
                }
                defer { group.cancelAll() }
                try await services.run()
            }
        } onGracefulShutdown: { [isDraining = self] in
            isDraining.isDraining.store(true, ordering: .relaxed)
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

    private static func makeApplication(
        _ routes: Routes,
        configuration: GatewayConfiguration,
        metrics: GatewayMetrics,
        logger: Logger,
        listening: OneShot<Int>
    ) -> Application<RouterResponder<GatewayContext>> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestMetricsMiddleware(metrics: metrics))
        router.add(middleware: CorrelationIDMiddleware())
        router.add(middleware: AccessLogMiddleware(logger: logger))
        router.add(middleware: ProblemMiddleware(logger: logger))
        routes.add(to: router)
        return Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(90))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "signet"
            ),
            onServerRunning: { channel in
                listening.resolve(.success(channel.localAddress?.port ?? configuration.port))
            },
            logger: quiet(logger)
        )
    }
}

/// A logger for frameworks, whose routine messages are no news to an operator.
private func quiet(_ logger: Logger) -> Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
}
