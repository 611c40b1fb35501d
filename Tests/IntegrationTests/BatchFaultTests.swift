// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Batches when a part of the platform, or the client, fails.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct BatchFaultTests {
    @Test func aBatchWhoseGatewayDiesWhileItIsSentEndsInterrupted() async throws {
        var options = BatchBody.profile
        options.gateway = ["SIGNET_GATEWAY_DEADLINE": "2000"]
        try await Platform.run(options) { platform in
            let other = try await platform.startGateway(instance: "other")
            let script = """
                import socket, signal, sys
                host, port = sys.argv[1].removeprefix('http://').split(':')
                s = socket.create_connection((host, int(port)))
                s.sendall(b'POST ' + sys.argv[2].encode() + b' HTTP/1.1\\r\\nHost: x\\r\\nPrefer: respond-async\\r\\n'
                          b'Content-Type: application/x-ndjson\\r\\nContent-Length: 10000000\\r\\n\\r\\n'
                          + sys.stdin.buffer.read())
                print('sent', flush=True)
                signal.pause()
                """
            let client = try ChildProcess(
                "python3",
                ["-c", script, platform.url, BatchBody.path],
                input: BatchBody.make(items: 1_100)
            )
            _ = try await client.waitForLine { $0 == "sent" }
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            try await withDeadline(for: "two chunks") {
                while try await kcat.count(platform.topic("jobs.bulk")) < 2 {}
            }
            let keys = try await kcat.consume(platform.topic("job-states"), format: "%k\n")
            let id = try #require(String(decoding: keys, as: UTF8.self).split(separator: "\n").first?.prefix(36))
            platform.gateway.child.kill()
            let url = String(other.ready.dropFirst("ready ".count))
            let job = try await platform.end(of: String(id), at: url)
            #expect(job["state"] as? String == "interrupted")
            let results = try await Curl.send("GET", url + "/api/v1/jobs/\(id)/results")
            let lines = try BatchBody.lines(results.body)
            #expect(BatchBody.items(lines).count == 1_000)
            #expect(lines.last?["complete"] as? Bool == false)
        }
    }

    @Test func aWorkerThatDiesInTheMiddleLosesNoLineAndRepeatsNone() async throws {
        try await Platform.run(BatchBody.profile) { platform in
            let folder = FileManager.default.temporaryDirectory.appending(path: "signet-batch-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "items.ndjson")
            try BatchBody.make(items: 60_000).write(to: file)
            let curl = try ChildProcess(
                "curl",
                [
                    "--silent", "--no-buffer", "--request", "POST", "--header", "content-type: application/x-ndjson",
                    "--upload-file", file.path, platform.url + BatchBody.path,
                ]
            )
            _ = try await curl.waitForLine { $0.contains(#""id":"2000""#) }
            let dead = try #require(platform.processes.last)
            dead.child.kill()
            _ = try await dead.child.exitStatus()
            try await platform.startWorker()
            #expect(try await curl.finish().isSuccess)
            let lines = try BatchBody.lines(curl.stdout.data)
            let items = BatchBody.items(lines)
            #expect(items.count == 60_000)
            let isEachOnce = items.enumerated().allSatisfy { $1["id"] as? String == "\($0)" }
            #expect(isEachOnce)
            #expect(lines.last?["signed"] as? Int == 60_000)
        }
    }

    /// Both would wait for each other for ever.
    @Test func aClientThatSendsAllBeforeItReadsIsToldSo() async throws {
        try await Platform.run(BatchBody.profile) { platform in
            let script = """
                import json, requests, sys
                defaults = {'defaults': {'s3Bucket': 'my-bucket', 's3Region': 'us-east-1'}}
                lines = [json.dumps(defaults)] + [json.dumps({'key': 'k' * 100 + '/%d' % n}) for n in range(300000)]
                answer = requests.post(sys.argv[1], data='\\n'.join(lines),
                                       headers={'content-type': 'application/x-ndjson'})
                print(answer.status_code)
                print('\\n'.join(answer.text.splitlines()[-2:]))
                """
            let output = try await PythonEnvironment.run(source: script, arguments: [platform.url + BatchBody.path])
            let answer = String(decoding: output, as: UTF8.self).split(separator: "\n")
            #expect(answer.first == "200")
            let lines = try BatchBody.lines(Data(answer.dropFirst().joined(separator: "\n").utf8))
            #expect(lines.first?["code"] as? String == "unread_results")
            #expect((lines.first?["detail"] as? String)?.contains("Prefer: respond-async") == true)
            #expect(lines.last?["complete"] as? Bool == false)
            #expect(try #require(lines.last?["signed"] as? Int) < 300_000)
            // What was unread is forgotten, and others are served.
            let after = try await Curl.send(
                "POST",
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(items: 3)
            )
            #expect(try BatchBody.lines(after.body).last?["signed"] as? Int == 3)
        }
    }

    @Test func aClientThatGoesAwayLeavesNothingBehind() async throws {
        try await Platform.run(BatchBody.profile) { platform in
            let metrics = try await platform.gateway.managementURL() + "/metrics"
            @Sendable func open() async throws -> Double? {
                let text = try await Curl.send("GET", metrics).text
                let line = text.split(separator: "\n").first { $0.hasPrefix("signet_gateway_batches_open") }
                return line?.split(separator: " ").last.flatMap { Double($0) }
            }
            // It sends one item and keeps its input open.
            let script = """
                import socket, sys
                host, port = sys.argv[1].removeprefix('http://').split(':')
                s = socket.create_connection((host, int(port)))
                lines = sys.argv[3].encode() + b'\\n'
                s.sendall(b'POST ' + sys.argv[2].encode() + b' HTTP/1.1\\r\\nHost: x\\r\\n'
                          b'Content-Type: application/x-ndjson\\r\\nContent-Length: 1000000\\r\\n\\r\\n' + lines)
                answer = b''
                while b'"id":"0"' not in answer: answer += s.recv(65536)
                print('answered', flush=True)
                import signal; signal.pause()
                """
            let lines = String(decoding: try BatchBody.make(items: 1), as: UTF8.self)
            let client = try ChildProcess(
                "python3",
                ["-c", script, platform.url, BatchBody.path, lines]
            )
            _ = try await client.waitForLine { $0 == "answered" }
            #expect(try await open() == 1)
            client.kill()
            try await withDeadline(for: "the end of the batch") {
                while try await open() != 0 {}
            }
        }
    }
}
