// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What clients see when a part is missing.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct AvailabilityTests {
    private static let body = """
        {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"AKIAIOSFODNN7EXAMPLE",\
        "s3SecretKey":"a-secret-of-the-tests","s3Bucket":"my-bucket","s3Region":"us-east-1"}
        """
    private static let upload = "/api/v1/upload/s3/signed-url"

    @Test func requestWithoutAWorkerBecomesAJobThatALaterWorkerEnds() async throws {
        var options = Platform.Options()
        options.startsWorker = false
        options.gateway = ["SIGNET_GATEWAY_WAIT_UNTIL": "200"]
        try await Platform.run(options) { platform in
            let answer = try await JSONAnswer(platform.post(Self.upload, Self.body))
            #expect(answer.status == 202)
            #expect(answer.response.headers["retry-after"] != nil)
            let location = try #require(answer.response.headers["location"])
            #expect(location == "/api/v1/jobs/\(try answer.text("jobId"))")
            let before = try await JSONAnswer(Curl.send("GET", platform.url + location))
            #expect(before["state"] as? String == "accepted")

            try await platform.startWorker()
            let after = try await platform.end(of: answer.text("jobId"), at: platform.url)
            #expect(after["state"] as? String == "done")
            let result = try #require(after["result"] as? [String: Any])
            #expect((result["uploadUrl"] as? String)?.contains("X-Amz-Signature=") == true)
        }
    }

    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] == nil, "the broker is not ours to kill")
    )
    func requestWithoutABrokerIsRefusedForNow() async throws {
        try await Platform.run { platform in
            let management = try await platform.gateway.managementURL()
            #expect(try await Curl.send("GET", management + "/readyz").status == 200)
            let broker = try #require(platform.broker)
            broker.child.kill()
            _ = try await broker.child.exitStatus()
            let answer = try await JSONAnswer(platform.post(Self.upload, Self.body))
            #expect(answer.status == 503)
            #expect(answer["code"] as? String == "broker_unavailable")
            #expect(answer.response.headers["retry-after"] != nil)
            // The request may have been refused by its delivery timeout, before the lost connection is noticed.
            try await withDeadline(for: "a gateway that is not ready") {
                while try await Curl.send("GET", management + "/readyz").status != 503 {}
            }
            #expect(try await Curl.send("GET", management + "/healthz").status == 200)
        }
    }

    @Test func terminatedGatewayAnswersThoseWhoWaitBeforeItEnds() async throws {
        var options = Platform.Options()
        options.startsWorker = false
        options.gateway = ["SIGNET_GATEWAY_WAIT_UNTIL": "60000"]
        try await Platform.run(options) { platform in
            async let waiting = platform.post(Self.upload, Self.body)
            // It waits once its job is on the topic.
            try await Kcat(bootstrapServers: platform.bootstrapServers)
                .wait(for: ["1"], on: platform.topic("jobs.signing"), format: "1\n")
            platform.gateway.child.terminate()
            try await platform.startWorker()
            #expect(try await waiting.status == 200)
            #expect(try await platform.gateway.child.exitStatus().isSuccess)
        }
    }

    /// Asks for much and reads nothing, on many connections; says `full` when no more can be asked, and keeps them open.
    private static let readersThatDoNotRead = """
        import socket, sys, time
        host, port = sys.argv[1].split(":")
        ask = b"GET /api/v1/regions HTTP/1.1\\r\\nHost: " + sys.argv[1].encode() + b"\\r\\n\\r\\n"
        peers = []
        for _ in range(50):
            peer = socket.create_connection((host, int(port)))
            peer.settimeout(0.5)
            try:
                for _ in range(2000): peer.sendall(ask)
            except OSError: pass
            peers.append(peer)
            if len(peers) == 10: print("full", flush=True)
        sys.stdin.read()
        time.sleep(600)
        """

    @Test func clientsThatReadNothingHoldNobodyUp() async throws {
        let options = Platform.Options(gateway: ["SIGNET_GATEWAY_DRAIN_TIMEOUT": "1000"])
        try await Platform.run(options) { platform in
            let address = String(platform.url.dropFirst("http://".count))
            let readers = try ChildProcess(
                PythonEnvironment.interpreter,
                ["-c", Self.readersThatDoNotRead, address]
            )
            defer { readers.kill() }
            _ = try await readers.waitForLine { $0 == "full" }
            for _ in 0..<20 { #expect(try await platform.post(Self.upload, Self.body).status == 200) }
            platform.gateway.child.terminate()
            #expect(try await platform.gateway.child.exitStatus().isSuccess)
        }
    }

    @Test func recordsOnEveryTopicAreThoseOfTheRequests() async throws {
        try await Platform.run { platform in
            for _ in 0..<20 { #expect(try await platform.post(Self.upload, Self.body).status == 200) }
            // An event is delivered before the offsets are stored, not before the reply: wait for the last.
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            _ = try await withDeadline(for: "20 events") {
                try await runToEnd(
                    "kcat",
                    [
                        "-b", platform.bootstrapServers, "-X", "fetch.wait.max.ms=2", "-C", "-t",
                        platform.topic("metrics"),
                        "-o", "beginning", "-c", "20", "-q",
                    ]
                )
            }
            var counts: [String: Int] = [:]
            for name in Platform.topicNames { counts[name] = try await kcat.count(platform.topic(name)) }
            #expect(counts.filter { $0.value > 0 } == ["jobs.signing": 20, "replies": 20, "metrics": 20])
        }
    }
}
