// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Batches over HTTP and Kafka, each part a process of its own.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct BatchTests {
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
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(
                    defaults.merging(["operation": "PutObject", "contentType": "text/plain"]) { $1 },
                    texts
                )
            )
            #expect(uploads.status == 200)
            let lines = try BatchBody.lines(uploads.body)
            let items = BatchBody.items(lines)
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
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(defaults, try sample.map { try JSONAnswer.text(of: ["key": names[$0]]) })
            )
            let reads = BatchBody.items(try BatchBody.lines(downloads.body))
            #expect(reads.count == Array(sample).count)
            for (index, item) in zip(sample, reads) {
                let read = try await Curl.send("GET", item["url"] as? String ?? "")
                #expect(read.text == "\(index)")
            }
        }
    }

    @Test func everyChunkTravelsOnTheTopicsOfBulkJobs() async throws {
        try await Platform.run(BatchBody.profile) { platform in
            let answer = try await Curl.send(
                "POST",
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(items: 5_000)
            )
            #expect(try BatchBody.lines(answer.body).last?["signed"] as? Int == 5_000)
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
        try await Platform.run(BatchBody.profile) { platform in
            let other = try await platform.startGateway(instance: "other")
            let url = String(other.ready.dropFirst("ready ".count))
            let accepted = try await JSONAnswer(
                Curl.send(
                    "POST",
                    platform.url + BatchBody.path,
                    headers: BatchBody.ndjson + [("prefer", "respond-async")],
                    body: BatchBody.make(items: 20_000)
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
            let items = BatchBody.items(try BatchBody.lines(results.body))
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
}
