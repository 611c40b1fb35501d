// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The commands that run until they are told to stop, and those about them.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct ServiceCommandTests {
    private static func start(_ arguments: [String], environment: [String: String] = [:]) throws -> ChildProcess {
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

    @Test func devShowsARequestThatWorksAndEndsInOrder() async throws {
        let dev = try Self.start(["dev", "--port", "0"])
        defer { dev.kill() }
        let ready = try await dev.waitForLine { $0.hasPrefix("ready http://127.0.0.1:") }
        let curl = try await dev.waitForLine { $0.hasPrefix("curl ") }
        #expect(curl.contains(ready.dropFirst("ready ".count)))
        // As its reader would: by a shell. The first one may have to wait for the worker.
        let (_, answer, _) = try await runToEnd("/bin/bash", ["-c", curl + " -H 'prefer: wait=30'"])
        let text = String(decoding: answer, as: UTF8.self)
        #expect(text.hasPrefix(#"{"success":true,"uploadUrl":"https://my-bucket.s3.us-east-1.amazonaws.com/"#))
        dev.terminate()
        #expect(try await dev.finish().isSuccess)
    }

    @Test func demoShowsURLRateLatenciesAndEvents() async throws {
        let run = try await SignetRun(["demo", "--requests", "20", "--batch", "1500"])
        #expect(run.status.isSuccess)
        #expect(run.output.contains("X-Amz-Signature="))
        #expect(run.output.firstMatch(of: /round trips +20 requests .* p50 [\d.]+ ms, p95 [\d.]+ ms/) != nil)
        #expect(run.output.firstMatch(of: /batch +1500 URLs through Kafka in [\d.]+ ms: \d+ URLs\/s/) != nil)
        #expect(run.output.contains(#"event        signet.urls.minted.v1 {"jobId":"#))
        #expect(run.errors.isEmpty)
    }

    @Test func brokerServesOthersAndCheckFindsItsTopics() async throws {
        let broker = try Self.start(["broker"], environment: ["SIGNET_TOPICS_PREFIX": "mine."])
        defer { broker.kill() }
        let line = try await broker.waitForLine { $0.hasPrefix("bootstrap 127.0.0.1:") }
        let servers = ["SIGNET_KAFKA_BOOTSTRAP_SERVERS": String(line.dropFirst("bootstrap ".count))]
        let mine = servers.merging(["SIGNET_TOPICS_PREFIX": "mine."]) { $1 }
        let check = try await SignetRun(["check"], environment: mine)
        #expect(check.status.isSuccess)
        #expect(check.lines.contains("ok    topic mine.jobs.signing: 12 partitions"))
        #expect(check.output.contains("ok    librdkafka "))
        let faulty = try await SignetRun(
            ["check", "--set", "kafka.partition.assignment.strategy=cooperative-sticky"],
            environment: mine
        )
        // A fault of the library before 2.3.0; a newer one is fine.
        #expect(faulty.output.contains("FAIL  partition.assignment.strategy") == !faulty.status.isSuccess)
        broker.terminate()
        #expect(try await broker.finish().isSuccess)
        let gone = try await SignetRun(["check"], environment: mine)
        #expect(gone.status == .exited(code: 1))
        #expect(gone.output.contains("FAIL  broker does not answer"))
    }

    @Test(arguments: ["gateway", "worker", "topics create"])
    func withoutABrokerTheErrorSaysHowToNameOne(command: String) async throws {
        let run = try await SignetRun(command.split(separator: " ").map(String.init))
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains("SIGNET_KAFKA_BOOTSTRAP_SERVERS"))
    }

    @Test func gatewayRefusesToListenElsewhereWithoutBeingToldSo() async throws {
        let servers = ["SIGNET_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"]
        let run = try await SignetRun(["gateway", "--set", "http.host=0.0.0.0"], environment: servers)
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains("http.allowUnauthenticated"))
    }

    @Test func unknownCommandAndFlagAreErrors() async throws {
        for arguments in [["gatway"], ["dev", "--prt", "1"], ["demo", "--batch", "0"]] {
            let run = try await SignetRun(arguments)
            #expect(run.status == .exited(code: 64))
            #expect(run.errors.contains("Error: "))
        }
        #expect(try await SignetRun(["dev", "--prt", "1"]).errors.contains("--port"))
    }

    @Test func helpTeachesEveryCommand() async throws {
        let help = try await SignetRun(["--help"])
        for command in [
            "demo", "dev", "gateway", "worker", "broker", "topics", "keys", "sign", "check", "config", "dlq",
        ] {
            #expect(help.output.contains("\n  \(command) "))
            let own = try await SignetRun([command, "--help"])
            #expect(own.status.isSuccess)
            #expect(own.output.hasPrefix("OVERVIEW: "))
        }
    }

    @Test func keysAreMadeForTheirOwnerOnlyAndRotate() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("keys").path
        let first = try await SignetRun(["keys", "generate", "--file", path, "--id", "one"])
        #expect(first.output.hasPrefix("sealing.publicKey one:"))
        let again = try await SignetRun(["keys", "generate", "--file", path, "--id", "one"])
        #expect(!again.status.isSuccess && again.errors.contains("one"))
        let second = try await SignetRun(["keys", "generate", "--file", path, "--id", "two"])
        #expect(second.status.isSuccess)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.map { $0.prefix(4) } == ["two:", "one:"])
        // The private key is never printed.
        for line in lines {
            #expect(!first.output.contains(line.dropFirst(4)) && !second.output.contains(line.dropFirst(4)))
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] != nil,
            "needs SIGNET_TEST_KAFKA: the embedded broker has no admin requests"
        )
    )
    func topicsAreCreatedOnceOnARealBroker() async throws {
        let environment = [
            "SIGNET_KAFKA_BOOTSTRAP_SERVERS": ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] ?? "",
            "SIGNET_TOPICS_PREFIX": "c\(UUID().uuidString.prefix(8).lowercased()).",
        ]
        let first = try await SignetRun(["topics", "create", "--partitions", "3"], environment: environment)
        #expect(first.status.isSuccess)
        #expect(first.lines.count == 6 && first.lines.allSatisfy { $0.hasPrefix("created ") })
        let second = try await SignetRun(["topics", "create"], environment: environment)
        #expect(second.lines.allSatisfy { $0.hasPrefix("exists  ") })
        #expect(try await SignetRun(["check"], environment: environment).output.contains("3 partitions"))
    }
}
