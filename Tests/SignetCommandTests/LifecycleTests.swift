// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// How the long-running processes end, and what they say of themselves meanwhile.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct LifecycleTests {
    private static func start(_ arguments: [String], _ environment: [String: String]) throws -> ChildProcess {
        let clean = [
            "HOME": "/nonexistent", "SIGNET_MANAGEMENT_PORT": "0",
            "XDG_STATE_HOME": FileManager.default.temporaryDirectory.appendingPathComponent("signet-test-state").path,
        ].merging(environment) { $1 }
        return try ChildProcess(
            ProductExecutables.signet().path,
            arguments,
            environment: .inherited(adding: clean)
        )
    }

    /// A broker of its own and the variables by which others find it.
    private static func broker() async throws -> (ChildProcess, [String: String]) {
        let broker = try start(["broker"], [:])
        let line = try await broker.waitForLine { $0.hasPrefix("bootstrap ") }
        return (
            broker,
            [
                "SIGNET_KAFKA_BOOTSTRAP_SERVERS": String(line.dropFirst("bootstrap ".count)),
                "SIGNET_KAFKA_FETCH_WAIT_MAX_MS": "2", "SIGNET_KAFKA_SESSION_TIMEOUT_MS": "6000",
            ]
        )
    }

    private static func managementURL(_ process: ChildProcess) async throws -> String {
        let line = try await process.waitForLine(on: .stderr) { $0.contains("Management listens") }
        let start = try #require(line.range(of: "url="))
        return String(line[start.upperBound...].prefix { $0 != " " })
    }

    @Test(arguments: ["gateway", "worker"])
    func whatIsNotReadyEndsInOrderAtOnce(command: String) async throws {
        let process = try Self.start([command], ["SIGNET_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        defer { process.kill() }
        let url = try await Self.managementURL(process)
        #expect(try await Curl.send("GET", url + "/healthz").status == 200)
        #expect(try await Curl.send("GET", url + "/readyz").status == 503)
        process.terminate()
        // Far below the thirty seconds after which it is forced.
        let status = try await withDeadline(.seconds(10), for: "the \(command) to end") {
            try await process.exitStatus()
        }
        #expect(status.isSuccess)
    }

    @Test func aWorkerThatCannotEndIsEndedByASecondSignal() async throws {
        let (broker, environment) = try await Self.broker()
        defer { broker.kill() }
        let worker = try Self.start(["worker"], environment)
        defer { worker.kill() }
        _ = try await worker.waitForLine { $0 == "ready" }
        broker.send(signal: SIGSTOP)
        worker.terminate()
        _ = try await worker.waitForLine(on: .stderr) { $0.contains("Ends in order") }
        worker.terminate()
        #expect(try await worker.exitStatus() == .exited(code: 143))
        #expect(worker.stderr.text.contains("Told a second time"))
    }

    @Test func aWorkerThatCannotEndIsEndedByTheWatchdog() async throws {
        let (broker, environment) = try await Self.broker()
        defer { broker.kill() }
        let worker = try Self.start(["worker"], environment.merging(["SIGNET_SHUTDOWN_TIMEOUT": "1000"]) { $1 })
        defer { worker.kill() }
        _ = try await worker.waitForLine { $0 == "ready" }
        broker.send(signal: SIGSTOP)
        worker.terminate()
        #expect(try await worker.exitStatus() == .exited(code: 70))
        #expect(worker.stderr.text.contains("took too long"))
    }

    @Test func aManagementPortThatIsTakenIsNamedWithItsSetting() async throws {
        let (broker, environment) = try await Self.broker()
        defer { broker.kill() }
        let first = try Self.start(["worker"], environment)
        defer { first.kill() }
        let port = try #require(try await Self.managementURL(first).split(separator: ":").last)
        let second = try Self.start(["worker"], environment.merging(["SIGNET_MANAGEMENT_PORT": String(port)]) { $1 })
        defer { second.kill() }
        #expect(try await second.exitStatus() == .exited(code: 1))
        #expect(second.stderr.text.contains("management.port"))
    }

    @Test func aWorkerIsReadyOnceItHasJoinedAndNotWhileItStops() async throws {
        let (broker, environment) = try await Self.broker()
        defer { broker.kill() }
        let worker = try Self.start(["worker"], environment)
        defer { worker.kill() }
        let url = try await Self.managementURL(worker)
        _ = try await worker.waitForLine { $0 == "ready" }
        let ready = try await Curl.send("GET", url + "/readyz")
        #expect(ready.status == 200)
        for name in [
            "worker.broker", "worker.groups", "worker.signing.inflight", "worker.deadletters", "worker.running",
        ] {
            #expect(ready.text.contains(#""name":"\#(name)""#))
        }
        // With the broker stopped the worker cannot leave its groups: it answers until the end.
        broker.send(signal: SIGSTOP)
        worker.terminate()
        _ = try await worker.waitForLine(on: .stderr) { $0.contains("Ends in order") }
        let stopping = try await Curl.send("GET", url + "/readyz")
        #expect(stopping.status == 503 && stopping.text.contains("the worker is stopping"))
        #expect(try await Curl.send("GET", url + "/healthz").status == 200)
    }
}
