// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CoreMetrics
import Foundation
import Logging
import Management
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ManagementServerTests {
    private let readiness = HealthChecks()
    private let metrics = PrometheusMetricsFactory()

    private struct Answer {
        let status: UInt
        let contentType: String?
        let body: String
    }

    /// Runs a server on a free port and stops it when `body` ends.
    private func withServer(_ body: (_ get: (String) async throws -> Answer) async throws -> Void) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = ManagementServer(
            port: 0,
            readiness: readiness,
            metrics: metrics,
            logger: Logger(label: "test"),
            onListening: { port.yield($0) }
        )
        let group = ServiceGroup(
            configuration: .init(services: [server], logger: Logger(label: "test"))
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            let bound = try #require(await ports.first { _ in true })
            try await body { path in
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:\(bound)\(path)"),
                    timeout: .seconds(30)
                )
                return Answer(
                    status: response.status.code,
                    contentType: response.headers.first(name: "content-type"),
                    body: String(buffer: try await response.body.collect(upTo: 1 << 20))
                )
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func healthIsGoodWhateverIsReady() async throws {
        readiness.add("broker") { "does not answer" }
        try await withServer { get in
            let answer = try await get("/healthz")
            #expect(answer.status == 200)
        }
    }

    @Test func readinessFollowsItsChecksAndNamesWhatIsMissing() async throws {
        let holder = Holder("no broker answers")
        readiness.add("broker") { holder.value }
        readiness.add("position") { nil }
        try await withServer { get in
            var answer = try await get("/readyz")
            #expect(answer.status == 503)
            #expect(answer.contentType == "application/json")
            var report = try JSONDecoder().decode(Report.self, from: Data(answer.body.utf8))
            #expect(!report.ready)
            #expect(report.checks[0] == Report.Check(name: "broker", ready: false, reason: "no broker answers"))
            #expect(report.checks[1] == Report.Check(name: "position", ready: true, reason: nil))

            holder.value = nil
            answer = try await get("/readyz")
            #expect(answer.status == 200)
            report = try JSONDecoder().decode(Report.self, from: Data(answer.body.utf8))
            #expect(report.ready)

            holder.value = "stopping"
            answer = try await get("/readyz")
            #expect(answer.status == 503)
        }
    }

    @Test func checkOfTheSameNameIsReplaced() async throws {
        readiness.add("broker") { "down" }
        readiness.add("broker") { nil }
        #expect(await readiness.report().isReady)
        #expect(await readiness.report().checks.count == 1)
    }

    @Test func metricsAreServedInTheTextFormat() async throws {
        metrics.makeCounter(label: "c", dimensions: [("l", "größe")]).increment(by: 3)
        try await withServer { get in
            let answer = try await get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.contentType == "text/plain; version=0.0.4; charset=utf-8")
            let parsed = try await ParsedExposition(answer.body)
            #expect(parsed.value("c_total", ["l": "größe"]) == 3)
        }
    }

    @Test func otherPathsAreNotFound() async throws {
        try await withServer { get in
            for path in ["/", "/metrics/x", "/healthz/"] {
                let answer = try await get(path)
                #expect((answer.status == 404) == (path != "/healthz/"))
            }
        }
    }
}

private struct Report: Decodable {
    struct Check: Decodable, Equatable {
        let name: String
        let ready: Bool
        let reason: String?
    }

    let ready: Bool
    let checks: [Check]
}

/// A value that a check reads and a test changes.
private final class Holder: Sendable {
    private let stored: Mutex<String?>

    init(_ value: String?) {
        stored = Mutex(value)
    }

    var value: String? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
