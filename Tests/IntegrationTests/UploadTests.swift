// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// URLs that were minted over HTTP through Kafka, against a server that verifies signatures.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct UploadTests {
    /// Random bytes: no two of them alike by chance.
    private static func file(megabytes: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<megabytes * 131_072).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } })
    }

    private static func body(_ s3: RadosGateway, _ fields: [String: Any] = [:]) -> [String: Any] {
        [
            "s3AccessKey": s3.accessKey, "s3SecretKey": s3.secretKey, "s3Bucket": s3.bucket, "s3Region": s3.region,
            "s3Endpoint": s3.endpoint,
        ].merging(fields) { $1 }
    }

    @Test func fileIsUploadedAndReadBackAndEveryOtherUseOfTheURLRefused() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let file = Self.file(megabytes: 6)
            let upload = try await platform.postUpload(
                Self.body(
                    s3,
                    [
                        "filename": "Ürlaub + 1.bin", "contentType": "application/octet-stream", "keyPrefix": "in/",
                        "fileSize": file.count, "metadata": ["origin": "test"],
                    ]
                )
            )
            #expect(upload.status == 200)
            let url = try upload.text("uploadUrl")
            let headers = upload.headersToSend
            #expect(headers.map(\.name) == ["content-length", "content-type", "x-amz-meta-origin"])
            let toSend = headers.filter { $0.name != "content-length" }

            // The URL is good for nothing else, before and after its use.
            func refused(_ method: String, _ url: String, _ headers: [(name: String, value: String)]) async throws {
                let answer = try await Curl.send(method, url, headers: headers, body: method == "PUT" ? file : nil)
                #expect(answer.status == 403)
            }
            let otherType = toSend.map { ($0.name, $0.name == "content-type" ? "text/html" : $0.value) }
            try await refused("PUT", url, otherType)
            try await refused("PUT", url.replacingOccurrences(of: "/in/", with: "/out/"), toSend)
            try await refused("GET", url, toSend)
            try await refused("DELETE", url, toSend)

            let stored = try await Curl.send("PUT", url, headers: toSend, body: file)
            #expect(stored.status == 200)

            let key = try upload.text("key")
            let download = try await platform.postDownload(Self.body(s3, ["key": key]))
            #expect(download.status == 200)
            let read = try await Curl.send("GET", try download.text("downloadUrl"))
            #expect(read.status == 200)
            // A difference of megabytes is no text to read.
            let isSame = read.body == file
            #expect(isSame)
            #expect(read.headers["x-amz-meta-origin"] == "test")
            #expect(try await Curl.send("GET", try upload.text("publicUrl")).status == 403)
        }
    }

    /// The age of the URL lies in the job's signing time, so nothing waits for it to pass.
    @Test func expiredURLIsRefused() async throws {
        let s3 = try await RadosGateway.shared()
        let options = Platform.Options(
            worker: ["AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey])
        try await Platform.run(options) { platform in
            let fresh = try await platform.postUpload([
                "key": "there", "contentType": "text/plain", "s3Bucket": s3.bucket, "s3Region": s3.region,
                "s3Endpoint": s3.endpoint,
            ])
            let url = try fresh.text("uploadUrl")
            #expect(try await Curl.send("PUT", url, headers: fresh.headersToSend, body: Data("x".utf8)).status == 200)

            func status(signedSecondsAgo age: Int) async throws -> Int {
                let now = Int(Date.now.timeIntervalSince1970)
                let job = DirectJob(
                    [
                        "signingTimeMs": (now - age) * 1_000, "deadlineMs": (now + 300) * 1_000,
                        "s3Signing": [
                            "s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint,
                            "operation": "GetObject", "expiresIn": 60, "items": [["key": "there"]],
                        ] as [String: Any],
                    ])
                let reply = try await job.send(to: platform)
                return try await Curl.send("GET", reply.url()).status
            }
            #expect(try await status(signedSecondsAgo: 0) == 200)
            #expect(try await status(signedSecondsAgo: 61) == 403)
        }
    }
}
