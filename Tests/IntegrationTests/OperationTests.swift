// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Every operation of S3 by URLs that were minted over HTTP, on a server that verifies signatures.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct OperationTests {
    /// A client of one bucket, that knows S3 by signed URLs alone.
    private struct Client {
        let platform: Platform
        let s3: RadosGateway

        func sign(_ operation: String, _ fields: [String: Any]) async throws -> JSONAnswer {
            let body: [String: Any] = [
                "operation": operation, "s3AccessKey": s3.accessKey, "s3SecretKey": s3.secretKey,
                "s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint,
            ]
            return try await JSONAnswer(
                platform.post("/api/v1/s3/signed-url", JSONAnswer.text(of: body.merging(fields) { $1 }))
            )
        }

        func send(_ operation: String, _ fields: [String: Any], body: Data? = nil) async throws -> CurlResponse {
            let signed = try await sign(operation, fields)
            #expect(signed.status == 200, "\(operation)")
            let headers = signed.headersToSend.filter { $0.name != "content-length" }
            let method = try signed.text("method")
            // A request of these methods says how long it is, even if it is empty.
            let body = body ?? (["PUT", "POST"].contains(method) ? Data() : nil)
            return try await Curl.send(method, signed.text("url"), headers: headers, body: body)
        }
    }

    private static func text(of element: String, in response: CurlResponse) throws -> String {
        let parts = response.text.components(separatedBy: "<\(element)>")
        return try #require(parts.dropFirst().first?.components(separatedBy: "</\(element)>").first)
    }

    @Test func anObjectIsUploadedInPartsCopiedListedAndDeletedBySignedURLsAlone() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let client = Client(platform: platform, s3: s3)
            let folder = "operations \(UUID().uuidString)/"
            let key = folder + "große Datei+1.bin"
            let parts = [Data(repeating: 7, count: 5 << 20), Data("the end".utf8)]

            let created = try await client.send(
                "CreateMultipartUpload",
                [
                    "key": key, "contentType": "application/x-test", "metadata": ["origin": "parts"],
                    "tags": ["a b": "c&d"],
                ]
            )
            #expect(created.status == 200)
            let upload = try Self.text(of: "UploadId", in: created)
            var etags: [String] = []
            for (index, part) in parts.enumerated() {
                let fields: [String: Any] = [
                    "key": key, "uploadId": upload, "partNumber": index + 1, "fileSize": part.count,
                ]
                let sent = try await client.send("UploadPart", fields, body: part)
                #expect(sent.status == 200)
                etags.append(try #require(sent.headers["etag"]))
            }
            let listed = try await client.send(
                "ListParts",
                ["key": key, "uploadId": upload, "query": ["max-parts": "10"]]
            )
            #expect(listed.status == 200)
            #expect(listed.text.components(separatedBy: "<PartNumber>").count == 3)
            let list = etags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
            let completed = try await client.send(
                "CompleteMultipartUpload",
                ["key": key, "uploadId": upload],
                body: Data("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8)
            )
            #expect(completed.status == 200)

            let copy = folder + "copy ?#"
            let copied = try await client.send("CopyObject", ["key": copy, "copySource": "\(s3.bucket)/\(key)"])
            #expect(copied.status == 200, "\(copied.text)")
            let read = try await client.send(
                "GetObject",
                ["key": copy, "range": "bytes=5242880-", "responseContentType": "text/plain"]
            )
            #expect(read.status == 206)
            #expect(read.body == parts[1])
            #expect(read.headers["content-type"] == "text/plain")
            #expect(read.headers["x-amz-meta-origin"] == "parts")
            let head = try await client.send("HeadObject", ["key": key])
            #expect(head.headers["content-length"] == "\(parts.reduce(0) { $0 + $1.count })")

            let names = try await client.send("ListObjectsV2", ["query": ["prefix": folder, "max-keys": "10"]])
            #expect(names.status == 200)
            #expect(try Self.text(of: "KeyCount", in: names) == "2")
            for name in [key, copy] {
                #expect(try await client.send("DeleteObject", ["key": name]).status == 204)
            }
            #expect(try await client.send("HeadObject", ["key": key]).status == 404)
        }
    }

    @Test func anUploadIsAbortedAndAPartCopied() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let client = Client(platform: platform, s3: s3)
            let source = "source \(UUID().uuidString)"
            let put = try await client.send("PutObject", ["key": source], body: Data(repeating: 1, count: 1 << 20))
            #expect(put.status == 200)
            let created = try await client.send("CreateMultipartUpload", ["key": "target"])
            let upload = try Self.text(of: "UploadId", in: created)
            let copied = try await client.send(
                "UploadPartCopy",
                [
                    "key": "target", "uploadId": upload, "partNumber": 1, "copySource": "\(s3.bucket)/\(source)",
                    "copySourceRange": "bytes=0-1023",
                ]
            )
            #expect(copied.status == 200)
            #expect(copied.text.contains("<ETag>"))
            let fields: [String: Any] = ["key": "target", "uploadId": upload]
            #expect(try await client.send("AbortMultipartUpload", fields).status == 204)
            #expect(try await client.send("ListParts", fields).status == 404)
        }
    }

    /// A condition is signed: who leaves it out is refused, who sends it is held to it.
    @Test func aConditionOfTheURLHoldsItsBearer() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let client = Client(platform: platform, s3: s3)
            let key = "once \(UUID().uuidString)"
            let signed = try await client.sign("PutObject", ["key": key, "ifNoneMatch": "*"])
            #expect(signed.headersToSend.map(\.name) == ["if-none-match"])
            let url = try signed.text("url")
            #expect(try await Curl.send("PUT", url, body: Data("x".utf8)).status == 403)
            let headers = signed.headersToSend
            #expect(try await Curl.send("PUT", url, headers: headers, body: Data("x".utf8)).status == 200)
            #expect(try await Curl.send("PUT", url, headers: headers, body: Data("y".utf8)).status == 412)
        }
    }

    @Test func equalRequestsWithinAWindowGetEqualURLs() async throws {
        let options = Platform.Options(
            worker: ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"])
        try await Platform.run(options) { platform in
            // The first second of an hour, and its last.
            let hour = Int(Date.now.timeIntervalSince1970) / 3_600 * 3_600
            func url(at second: Int) async throws -> String {
                let job = DirectJob([
                    "signingTimeMs": second * 1_000, "deadlineMs": (second + 86_000) * 1_000,
                    "s3Signing": [
                        "s3Bucket": "my-bucket", "s3Region": "us-east-1", "operation": "GetObject",
                        "signingWindow": 3_600, "expiresIn": 7_200, "items": [["key": "k"]],
                    ] as [String: Any],
                ])
                return try await job.send(to: platform).url()
            }
            let first = try await url(at: hour - 3_600)
            let last = try await url(at: hour - 1)
            #expect(first == last)
            let next = try await url(at: hour)
            #expect(first != next)
        }
    }
}
