// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Batches whose results go to a topic of the caller's, each part of the platform a process of its own.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct ResultTopicTests {
    @Test func urlsOnTheCallersTopicAreWholeAndGood() async throws {
        let s3 = try await RadosGateway.shared()
        let topic = "acme-\(UUID().uuidString.lowercased())"
        let allowed = ["SIGNET_REPLIES_ALLOWED": "t*.replies*,acme-*"]
        let credentials = ["AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey]
        let options = Platform.Options(worker: credentials.merging(allowed) { $1 }, gateway: allowed)
        try await Platform.run(options) { platform in
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            // Makes the topic.
            try await kcat.produce(topic, Data("{}".utf8))
            let folder = "topic \(UUID().uuidString)/"
            let defaults = [
                "s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint, "operation": "PutObject",
            ]
            let items = try (0..<1_100).map { try JSONAnswer.text(of: ["id": "\($0)", "key": "\(folder)Größe \($0)"]) }
            let accepted = try JSONAnswer(
                try await Curl.send(
                    "POST",
                    platform.url + BatchBody.path + "?resultTopic=\(topic)",
                    headers: BatchBody.ndjson + [("prefer", "respond-async")],
                    body: BatchBody.make(defaults, items)
                )
            )
            #expect(accepted["resultTopic"] as? String == topic)
            let id = try #require(accepted["jobId"] as? String)
            let end = try await platform.end(of: id, at: platform.url)
            #expect(end["state"] as? String == "done")
            #expect((end["progress"] as? [String: Int])?["signed"] == 1_100)

            var urls: [Int: String] = [:]
            let records = try await kcat.consume(topic, format: "%s\n")
            for line in records.split(separator: UInt8(ascii: "\n")) where line.count > 2 {
                let reply = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
                #expect(reply["jobId"] as? String == id)
                let result = try #require(reply["s3Signing"] as? [String: Any])
                for item in try #require(result["items"] as? [[String: Any]]) {
                    let number = try #require(Int(item["id"] as? String ?? ""))
                    #expect(urls.updateValue(item["url"] as? String ?? "", forKey: number) == nil)
                }
            }
            #expect(urls.keys.sorted() == Array(0..<1_100))
            for number in stride(from: 0, to: 1_100, by: 157) {
                let sent = try await Curl.send("PUT", urls[number] ?? "", body: Data("x".utf8))
                #expect(sent.status == 200)
            }
            // Nothing of it is kept by Signet.
            #expect(try await kcat.count(platform.topic("results")) == 0)
        }
    }
}
