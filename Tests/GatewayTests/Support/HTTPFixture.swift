// SPDX-License-Identifier: Apache-2.0

import Contract
import CoreMetrics
import Gateway
import Hummingbird
import Logging
import Management
import ServiceLifecycle
import SignetKafka
import Synchronization

/// The HTTP side of a gateway on a real port, with workers that a test plays.
struct HTTPFixture: HTTPCaller {
    let port: Int
    let workers: FakeWorkers
    let room: WaitingRoom
    let batches: BatchRegistry
    let states: FakeJobStateLog
    let clock: ManualClock
    let logs: RecordedLogs
    let metrics: PrometheusMetricsFactory
    /// Begins the graceful shutdown.
    let shutDown: @Sendable () async -> Void

    static let upload = "/api/v1/upload/s3/signed-url"
    static let download = "/api/v1/download/s3/signed-url"
    /// How long requests wait where a test says nothing else: longer than the many tests that start together keep the
    /// pool's threads from an answer that is there.
    static let patience = Duration.seconds(30)
    static let replies = ReplyAddress(topic: "signet.replies", partition: 7)

    /// Runs a gateway as long as `body` runs.
    static func run(
        _ change: (inout GatewayConfiguration) -> Void = { _ in },
        isPositioned: Bool = true,
        workers act: @escaping @Sendable (ReceivedJob) -> FakeWorkers.Act = { .reply($0.signed()) },
        _ body: (HTTPFixture) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration(
            kafka: KafkaConfiguration(),
            port: 0,
            waitUntil: patience,
            instanceID: "test"
        )
        configuration.sealingKey = SealingPrivateKey().publicKey
        change(&configuration)
        let states = try FakeJobStateLog(retention: configuration.jobRetention)
        let jobStates = JobStates(index: states.index, log: states, tenant: configuration.tenant)
        let workers = FakeWorkers(log: states, act)
        let clock = ManualClock()
        let logs = RecordedLogs()
        let metrics = PrometheusMetricsFactory()
        let front = HTTPFront(
            configuration: configuration,
            sink: workers,
            multipartSink: workers,
            bulkSink: workers,
            bulkRecords: workers,
            states: jobStates,
            metrics: GatewayMetrics(factory: metrics),
            logger: logs.logger,
            clock: { clock.now }
        )
        workers.connect(to: front.room, front.batches)
        if isPositioned { front.room.replyAddress = replies }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: .init(
                services: [front.makeApplication { port.yield($0) }],
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            tasks.addTask { await front.room.settleLateReplies(in: jobStates) }
            guard let bound = await ports.first(where: { _ in true }) else {
                return try await tasks.waitForAll()
            }
            try await body(
                HTTPFixture(
                    port: bound,
                    workers: workers,
                    room: front.room,
                    batches: front.batches,
                    states: states,
                    clock: clock,
                    logs: logs,
                    metrics: metrics,
                    shutDown: { await group.triggerGracefulShutdown() }
                )
            )
            await group.triggerGracefulShutdown()
            try await tasks.next()
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }
}
