// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Health, readiness and metrics, on a port of their own that clients never see.
///
/// - `GET /healthz`: 200 as long as the process serves.
/// - `GET /readyz`: 200, or 503 with the reasons, as `{"ready":false,"checks":[{"name":…,"ready":…,"reason":…}]}`.
/// - `GET /metrics`: Prometheus' text exposition.
///
/// Put it first among the services of a group: it then answers until the others have drained.
package struct ManagementServer: Service {
    private let application: Application<RouterResponder<BasicRequestContext>>

    /// - Parameters:
    ///   - port: 0: any free one.
    ///   - onListening: Called once with the port that is bound.
    package init(
        host: String = "127.0.0.1",
        port: Int,
        readiness: ReadinessRegistry,
        metrics: PrometheusMetricsFactory,
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.get("/healthz") { _, _ in Self.answer(.ok, "text/plain; charset=utf-8", "ok\n") }
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
        application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "signet"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: quiet
        )
    }

    package func run() async throws {
        try await application.run()
    }

    private static func answer(_ status: HTTPResponse.Status, _ contentType: String, _ body: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
