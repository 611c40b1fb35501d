// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Batches over HTTP and Kafka, each part a process of its own.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct BatchTests {
    private static let path = "/api/v1/batch/s3/signed-urls"
    private static let ndjson = [(name: "content-type", value: "application/x-ndjson")]
    private static let profile = Platform.Options(
        worker: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret"]
    )

    private static func body(_ defaults: [String: Any], _ lines: [String]) throws -> Data {
        Data(([try JSONAnswer.text(of: ["defaults": defaults])] + lines).joined(separator: "\n").utf8)
    }

    /// A body of items whose ids are their numbers.
    private static func body(items count: Int) throws -> Data {
        try body(
            ["s3Bucket": "my-bucket", "s3Region": "us-east-1"],
            (0..<count).map { #"{"id":"\#($0)","key":"photos/\#($0).jpg"}"# }
        )
    }

    private static func lines(_ bytes: Data) throws -> [[String: Any]] {
        try bytes.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    private static func items(_ lines: [[String: Any]]) -> [[String: Any]] {
        lines.filter { $0["type"] as? String == "item" }
    }

    // MARK: What URLs are good for

    @Test func urlsOfABatchAreGoodAtTheServerForWhatTheySayAlone() async throws {
        let s3 = try await RadosGateway.shared()
        let options = Platform.Options(
            worker: ["AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey]
        )
        try await Platform.run(options) { platform in
            let defaults = ["s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint]
            let folder = "batch \(UUID().uuidString)/"
            let names = (0..<1_300).map { "\(folder)Größe \($0) + %\($0).txt" }
            let texts = try names.enumerated().map { index, name in
                try JSONAnswer.text(of: ["id": "\(index)", "key": name, "metadata": ["number": "\(index % 2)"]])
            }
            let uploads = try await Curl.send(
                "POST",
                platform.url + Self.path,
                headers: Self.ndjson,
                body: Self.body(
                    defaults.merging(["operation": "PutObject", "contentType": "text/plain"]) { $1 },
                    texts
                )
            )
            #expect(uploads.status == 200)
            let lines = try Self.lines(uploads.body)
            let items = Self.items(lines)
            #expect(items.map { $0["key"] as? String } == names)
            #expect(lines.last?["signed"] as? Int == 1_300)
            var shared: [Int: [String: Any]] = [:]
            for line in lines where line["type"] as? String == "shared" {
                shared[try #require(line["shared"] as? Int)] = line
            }
            let sample = stride(from: 0, to: 1_300, by: 97)
            for index in sample {
                let number = try #require(items[index]["shared"] as? Int)
                let common = try #require(shared[number])
                let headers = try #require(common["headers"] as? [String: String])
                #expect(headers["x-amz-meta-number"] == "\(index % 2)")
                let url = try #require(items[index]["url"] as? String)
                let send = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
                #expect(try await Curl.send("PUT", url, headers: send, body: Data("\(index)".utf8)).status == 200)
                #expect(try await Curl.send("GET", url, headers: send).status == 403)
            }

            let downloads = try await Curl.send(
                "POST",
                platform.url + Self.path,
                headers: Self.ndjson,
                body: Self.body(defaults, try sample.map { try JSONAnswer.text(of: ["key": names[$0]]) })
            )
            let reads = Self.items(try Self.lines(downloads.body))
            #expect(reads.count == Array(sample).count)
            for (index, item) in zip(sample, reads) {
                let read = try await Curl.send("GET", item["url"] as? String ?? "")
                #expect(read.text == "\(index)")
            }
        }
    }

    @Test func everyChunkTravelsOnTheTopicsOfBulkJobs() async throws {
        try await Platform.run(Self.profile) { platform in
            let answer = try await Curl.send(
                "POST",
                platform.url + Self.path,
                headers: Self.ndjson,
                body: Self.body(items: 5_000)
            )
            #expect(try Self.lines(answer.body).last?["signed"] as? Int == 5_000)
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            func count(_ topic: String) async throws -> Int { try await kcat.count(platform.topic(topic)) }
            let chunks = try await count("jobs.bulk")
            #expect((10...30).contains(chunks))
            #expect(try await count("jobs.signing") == 0)
            #expect(try await count("replies") == chunks)
            // One event for each chunk, and nothing kept of what was answered.
            #expect(try await count("metrics") == chunks)
            #expect(try await count("results") == 0)
        }
    }

    // MARK: Later

    @Test func resultsOfABatchThatNobodyWaitsForAreReadAtAnyGateway() async throws {
        try await Platform.run(Self.profile) { platform in
            let other = try await platform.startGateway(instance: "other")
            let url = String(other.ready.dropFirst("ready ".count))
            let accepted = try await JSONAnswer(
                Curl.send(
                    "POST",
                    platform.url + Self.path,
                    headers: Self.ndjson + [("prefer", "respond-async")],
                    body: Self.body(items: 20_000)
                )
            )
            #expect(accepted.status == 202)
            let id = try accepted.text("jobId")
            let events = try await Curl.send("GET", url + "/api/v1/jobs/\(id)/events")
            #expect(events.text.contains("event: done\n"))
            let job = try await platform.end(of: id, at: url)
            #expect(job["state"] as? String == "done")
            let progress = try #require(job["progress"] as? [String: Int])
            #expect(progress == ["chunks": 40, "chunksDone": 40, "signed": 20_000, "failed": 0])
            let results = try await Curl.send("GET", url + "/api/v1/jobs/\(id)/results")
            let items = Self.items(try Self.lines(results.body))
            let isEachOnce = items.enumerated().allSatisfy {
                $1["id"] as? String == "\($0)" && $1["line"] as? Int == $0 + 2
            }
            #expect(items.count == 20_000 && isEachOnce)
            // It is the URL that a single request gets: of the same moment, though, it would be the same text.
            #expect((items[7]["url"] as? String)?.contains("/photos/7.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&") == true)

            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            #expect(try await kcat.count(platform.topic("results")) == 40)
            #expect(try await kcat.count(platform.topic("replies")) == 0)
            let states = String(decoding: try await kcat.dump(platform.topic("job-states")), as: UTF8.self)
            #expect(!states.contains("X-Amz-Signature") && !states.contains("photos/"))
        }
    }

    @Test func aBatchWhoseGatewayDiesWhileItIsSentEndsInterrupted() async throws {
        var options = Self.profile
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
                ["-c", script, platform.url, Self.path],
                input: Self.body(items: 1_100)
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
            let lines = try Self.lines(results.body)
            #expect(Self.items(lines).count == 1_000)
            #expect(lines.last?["complete"] as? Bool == false)
        }
    }

    // MARK: Faults

    @Test func aWorkerThatDiesInTheMiddleLosesNoLineAndRepeatsNone() async throws {
        try await Platform.run(Self.profile) { platform in
            let folder = FileManager.default.temporaryDirectory.appending(path: "signet-batch-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "items.ndjson")
            try Self.body(items: 60_000).write(to: file)
            let curl = try ChildProcess(
                "curl",
                [
                    "--silent", "--no-buffer", "--request", "POST", "--header", "content-type: application/x-ndjson",
                    "--upload-file", file.path, platform.url + Self.path,
                ]
            )
            _ = try await curl.waitForLine { $0.contains(#""id":"2000""#) }
            let dead = try #require(platform.processes.last)
            dead.child.kill()
            _ = try await dead.child.exitStatus()
            try await platform.startWorker()
            #expect(try await curl.finish().isSuccess)
            let lines = try Self.lines(curl.stdout.data)
            let items = Self.items(lines)
            #expect(items.count == 60_000)
            let isEachOnce = items.enumerated().allSatisfy { $1["id"] as? String == "\($0)" }
            #expect(isEachOnce)
            #expect(lines.last?["signed"] as? Int == 60_000)
        }
    }

    /// Both would wait for each other for ever.
    @Test func aClientThatSendsAllBeforeItReadsIsToldSo() async throws {
        try await Platform.run(Self.profile) { platform in
            let script = """
                import json, requests, sys
                defaults = {'defaults': {'s3Bucket': 'my-bucket', 's3Region': 'us-east-1'}}
                lines = [json.dumps(defaults)] + [json.dumps({'key': 'k' * 100 + '/%d' % n}) for n in range(300000)]
                answer = requests.post(sys.argv[1], data='\\n'.join(lines),
                                       headers={'content-type': 'application/x-ndjson'})
                print(answer.status_code)
                print('\\n'.join(answer.text.splitlines()[-2:]))
                """
            let output = try await PythonEnvironment.run(source: script, arguments: [platform.url + Self.path])
            let answer = String(decoding: output, as: UTF8.self).split(separator: "\n")
            #expect(answer.first == "200")
            let lines = try Self.lines(Data(answer.dropFirst().joined(separator: "\n").utf8))
            #expect(lines.first?["code"] as? String == "unread_results")
            #expect((lines.first?["detail"] as? String)?.contains("Prefer: respond-async") == true)
            #expect(lines.last?["complete"] as? Bool == false)
            #expect(try #require(lines.last?["signed"] as? Int) < 300_000)
            // What was unread is forgotten, and others are served.
            let after = try await Curl.send(
                "POST",
                platform.url + Self.path,
                headers: Self.ndjson,
                body: Self.body(items: 3)
            )
            #expect(try Self.lines(after.body).last?["signed"] as? Int == 3)
        }
    }

    @Test func aClientThatGoesAwayLeavesNothingBehind() async throws {
        try await Platform.run(Self.profile) { platform in
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
            let lines = String(decoding: try Self.body(items: 1), as: UTF8.self)
            let client = try ChildProcess(
                "python3",
                ["-c", script, platform.url, Self.path, lines]
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
