// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// Health, readiness and metrics, on a port of their own that clients never see.
///
/// - `GET /healthz`: 200 `ok`, or 503 with the reasons for which the process should be started anew.
/// - `GET /readyz`: 200, or 503 with the reasons, as `{"ready":false,"checks":[{"name":…,"ready":…,"reason":…}]}`.
/// - `GET /metrics`: Prometheus' text exposition.
///
/// Put it first among the services of a group: it then answers until the others have drained.
package struct ManagementServer: Service {
    private let application: Application<RouterResponder<BasicRequestContext>>
    private let address: String
    private let isListening: Listening

    /// Whether the port was bound.
    private final class Listening: Sendable {
        let flag = Atomic<Bool>(false)
    }

    /// - Parameters:
    ///   - port: 0: any free one.
    ///   - liveness: What must hold for the process to be left running.
    ///   - readiness: What must hold for it to be given work.
    ///   - onListening: Called once with the port that is bound.
    package init(
        host: String = "127.0.0.1",
        port: Int,
        liveness: HealthChecks = HealthChecks(),
        readiness: HealthChecks,
        metrics: PrometheusMetricsFactory,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.get("/healthz") { _, _ in
            let wrong = await liveness.report().checks.filter { !$0.isReady }
            let reasons = wrong.map { "\($0.name): \($0.reason ?? "")\n" }.joined()
            return Self.answer(
                wrong.isEmpty ? .ok : .serviceUnavailable,
                "text/plain; charset=utf-8",
                wrong.isEmpty ? "ok\n" : reasons
            )
        }
        router.get("/readyz") { _, _ in
            let report = await readiness.report()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let json = String(decoding: try encoder.encode(report), as: UTF8.self)
            return Self.answer(report.isReady ? .ok : .serviceUnavailable, "application/json", json)
        }
        router.get("/metrics") { _, _ in
            Self.answer(.ok, PrometheusMetricsFactory.contentType, metrics.exposition())
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        address = "\(host):\(port)"
        let isListening = Listening()
        self.isListening = isListening
        application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "signet"),
            onServerRunning: { channel in
                isListening.flag.store(true, ordering: .relaxed)
                await onListening(channel.localAddress?.port ?? port)
            },
            logger: quiet
        )
    }

    /// - Throws: `ManagementError` if the port cannot be bound.
    package func run() async throws {
        do {
            try await application.run()
        } catch  where !isListening.flag.load(ordering: .relaxed) && !(error is CancellationError) {
            throw ManagementError(
                message:
                    "the management port \(address) cannot be listened at; is it in use by another part of Signet? "
                    + "Set management.host and management.port (SIGNET_MANAGEMENT_PORT), 0 for any free port",
                cause: error
            )
        }
    }

    private static func answer(_ status: HTTPResponse.Status, _ contentType: String, _ body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
