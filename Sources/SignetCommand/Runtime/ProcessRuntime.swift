// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Logging
internal import Management
internal import Metrics
internal import ServiceLifecycle
internal import SignetKafka
internal import UnixSignals

/// What every long-running command has besides its work: log, metrics, the management port, and an orderly end.
struct ProcessRuntime {
    let logger: Logger
    /// What must hold for the process to be left running.
    let liveness = HealthChecks()
    /// What must hold for it to be given work.
    let readiness = HealthChecks()
    private let metrics = PrometheusMetricsFactory()
    private let settings: Settings

    /// Makes log and metrics those of the process: once, before anything else uses them.
    init(_ settings: Settings, label: String) {
        self.settings = settings
        let level = settings.logLevel
        LoggingSystem.bootstrap { label in
            // Standard output is for what commands print.
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        MetricsSystem.bootstrap(metrics)
        logger = Logger(label: label)
        for fault in KafkaLibrary.knownFaults(for: settings.kafka) {
            logger.warning("A setting meets a known fault of librdkafka", metadata: ["fault": "\(fault)"])
        }
    }

    /// The management port as a service.
    ///
    /// - Parameter port: `nil`: the one of the settings.
    func management(port: Int? = nil) throws -> ManagementServer {
        let host = try settings.managementHost
        return ManagementServer(
            host: host,
            port: try port ?? settings.managementPort,
            liveness: liveness,
            readiness: readiness,
            metrics: metrics,
            logger: logger,
            onListening: { [logger] port in
                logger.info("Management listens", metadata: ["url": "http://\(host):\(port)"])
            }
        )
    }

    /// Runs services until one ends, or SIGTERM or SIGINT asks for an orderly end, in the reverse order. A second signal
    /// ends the process at once; so does the watchdog, after shutdown.timeout.
    func run(_ services: [ServiceGroupConfiguration.ServiceConfiguration]) async throws {
        let patience = try settings.shutdownTimeout
        let watchdog = Watchdog(logger: logger)
        let guarded = services.map { configuration in
            var configuration = configuration
            configuration.service = Guarded(service: configuration.service) { watchdog.arm(patience) }
            return configuration
        }
        let group = ServiceGroup(configuration: .init(services: guarded, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                var isEnding = false
                for await signal in await UnixSignalsSequence(trapping: [.sigterm, .sigint]) {
                    if isEnding { watchdog.force() }
                    isEnding = true
                    logger.info("Ends in order", metadata: ["signal": "\(signal)"])
                    watchdog.arm(patience)
                    await group.triggerGracefulShutdown()
                }
            }
            defer { tasks.cancelAll() }
            do {
                try await group.run()
            } catch let error as ServiceGroupError {
                // Its text shows the insides of the service.
                logger.debug("A service ended unexpectedly", metadata: ["error": "\(error)"])
                throw CommandError("a part of the process ended unexpectedly; its log says why")
            }
        }
    }
}

/// A service at whose failure the others are given a bounded time to end.
private struct Guarded: Service {
    let service: any Service
    let onFailure: @Sendable () -> Void

    func run() async throws {
        do {
            try await service.run()
        } catch {
            onFailure()
            throw error
        }
    }
}

/// A piece of work within a group of services; what happens when it ends is the group's to say.
struct Scenario: Service {
    let work: @Sendable () async throws -> Void

    func run() async throws {
        try await work()
    }
}

extension ServiceGroupConfiguration.ServiceConfiguration {
    /// Work whose end is no news to the group.
    static func once(_ work: @escaping @Sendable () async throws -> Void) -> Self {
        .init(
            service: Scenario { try? await cancelWhenGracefulShutdown { try await work() } },
            successTerminationBehavior: .ignore
        )
    }

    /// Work whose end is the end of the group.
    static func main(_ work: @escaping @Sendable () async throws -> Void) -> Self {
        .init(
            service: Scenario { try await cancelWhenGracefulShutdown { try await work() } },
            successTerminationBehavior: .gracefullyShutdownGroup
        )
    }
}
