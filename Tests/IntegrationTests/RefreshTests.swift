// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Batches that are signed again by their tokens, each part of the platform a process of its own.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct RefreshTests {
    private static let path = "/api/v1/batch/refresh"

    private static func refresh(_ token: String, ids: [String]? = nil, at url: String) async throws -> CurlResponse {
        var body: [String: Any] = ["refreshToken": token]
        body["ids"] = ids
        return try await Curl.send(
            "POST",
            url + path,
            headers: [("content-type", "application/json")],
            body: try JSONSerialization.data(withJSONObject: body)
        )
    }

    @Test func anotherGatewaySignsTheBatchAgainWithWhatWasSealedForIt() async throws {
        let s3 = try await RadosGateway.shared()
        let keys = FileManager.default.temporaryDirectory.appendingPathComponent("token-keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: keys) }
        let made = try await SignetProcess.output(["keys", "generate-token-key", "--file", keys])
        #expect(made == "gateway.tokenKeysFile \(keys)\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: keys)
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        try await Platform.run(Platform.Options(gateway: ["SIGNET_GATEWAY_TOKEN_KEYS_FILE": keys])) { platform in
            let defaults = [
                "s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint, "s3AccessKey": s3.accessKey,
                "s3SecretKey": s3.secretKey, "operation": "PutObject",
            ]
            let folder = "refresh \(UUID().uuidString)/"
            // Every other key is made of the item's place.
            let items = try (0..<7_000).map { number in
                try JSONAnswer.text(
                    of: number.isMultiple(of: 2)
                        ? ["id": "\(number)", "key": "\(folder)Größe \(number)"]
                        : ["id": "\(number)", "keyPrefix": folder, "filename": "\(number).txt"]
                )
            }
            let first = try await Curl.send(
                "POST",
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(defaults, items + ["{broken"])
            )
            let summary = try #require(try BatchBody.lines(first.body).last)
            #expect(summary["signed"] as? Int == 7_000)
            let token = try #require(summary["refreshToken"] as? String)
            let was = BatchBody.items(try BatchBody.lines(first.body)).filter { $0["status"] as? String == "signed" }

            let other = try await platform.startGateway(instance: "other")
            let url = String(other.ready.dropFirst("ready ".count))
            let answer = try await Self.refresh(token, at: url)
            #expect(answer.status == 200)
            let again = BatchBody.items(try BatchBody.lines(answer.body))
            #expect(again.map { $0["id"] as? String } == was.map { $0["id"] as? String })
            #expect(again.map { $0["key"] as? String } == was.map { $0["key"] as? String })
            #expect(again.map { $0["line"] as? Int } == was.map { $0["line"] as? Int })
            #expect(try BatchBody.lines(answer.body).last?["jobId"] as? String == summary["jobId"] as? String)

            let some = ["6999", "17", "1018", "1019", "1020"]
            let part = BatchBody.items(try BatchBody.lines(try await Self.refresh(token, ids: some, at: url).body))
            #expect(part.map { $0["id"] as? String } == ["17", "1018", "1019", "1020", "6999"])
            for item in part {
                let number = try #require(Int(item["id"] as? String ?? ""))
                #expect(item["key"] as? String == was[number]["key"] as? String)
                let sent = try await Curl.send("PUT", item["url"] as? String ?? "", body: Data("\(number)".utf8))
                #expect(sent.status == 200)
            }
            let read = try await Curl.send(
                "POST",
                platform.url + BatchBody.path,
                headers: BatchBody.ndjson,
                body: BatchBody.make(
                    defaults.merging(["operation": "GetObject"]) { $1 },
                    try part.map { try JSONAnswer.text(of: ["id": $0["id"] ?? "", "key": $0["key"] ?? ""]) }
                )
            )
            for item in BatchBody.items(try BatchBody.lines(read.body)) {
                #expect(try await Curl.send("GET", item["url"] as? String ?? "").text == item["id"] as? String)
            }

            // Neither key nor token is anywhere on Kafka.
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            for name in Platform.topicNames {
                let dump = try await kcat.dump(platform.topic(name))
                for secret in [s3.secretKey, token] { #expect(!dump.contains(Data(secret.utf8))) }
            }
        }
    }
}
