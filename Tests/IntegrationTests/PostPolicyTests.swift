// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Forms of browsers, on a server that verifies policies.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct PostPolicyTests {
    private static let path = "/api/v1/upload/s3/post-policy"

    /// Sends a form as a browser does, the file last (RFC 7578).
    private static func submit(
        _ url: String,
        _ fields: [(name: String, value: String)],
        file: Data,
        name: String = "chosen.png"
    ) async throws -> CurlResponse {
        let boundary = "boundary-\(UUID().uuidString)"
        var body = Data()
        for (name, value) in fields {
            body += Data("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        let head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n"
        body += Data(head.utf8) + file + Data("\r\n--\(boundary)--\r\n".utf8)
        let headers = [("content-type", "multipart/form-data; boundary=\(boundary)")]
        return try await Curl.send("POST", url, headers: headers, body: body)
    }

    private static func fields(_ answer: JSONAnswer) throws -> [(name: String, value: String)] {
        let fields = try #require(answer["fields"] as? [String: String])
        return fields.map { ($0.key, $0.value) }
    }

    @Test func aFormUploadsWhatItsPolicyAllowsAndNothingElse() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let folder = "forms \(UUID().uuidString)/"
            let request: [String: Any] = [
                "s3AccessKey": s3.accessKey, "s3SecretKey": s3.secretKey, "s3Bucket": s3.bucket,
                "s3Region": s3.region, "s3Endpoint": s3.endpoint, "key": folder + "${filename}",
                "startsWith": ["Content-Type": "image/"], "minBytes": 3, "maxBytes": 10,
                "metadata": ["origin": "form"], "fields": ["success_action_status": "201"],
            ]
            let answer = try await JSONAnswer(platform.post(Self.path, JSONAnswer.text(of: request)))
            #expect(answer.status == 200)
            #expect(try answer.text("method") == "POST")
            let url = try answer.text("url")
            let form = try Self.fields(answer) + [("Content-Type", "image/png")]

            #expect(try await Self.submit(url, form, file: Data("png".utf8)).status == 201)
            let download = try await platform.postDownload([
                "s3AccessKey": s3.accessKey, "s3SecretKey": s3.secretKey, "s3Bucket": s3.bucket,
                "s3Region": s3.region, "s3Endpoint": s3.endpoint, "key": folder + "chosen.png",
            ])
            let read = try await Curl.send("GET", download.text("downloadUrl"))
            #expect(read.body == Data("png".utf8))
            #expect(read.headers["content-type"] == "image/png")
            #expect(read.headers["x-amz-meta-origin"] == "form")

            func status(_ changes: [String: String?], file: String = "png") async throws -> Int {
                let changed =
                    form.filter { changes[$0.name] == nil }
                    + changes.compactMap { name, value in value.map { (name, $0) } }
                return try await Self.submit(url, changed, file: Data(file.utf8)).status
            }
            #expect(try await status([:], file: "eleven bytes") == 400)
            #expect(try await status([:], file: "no") == 400)
            #expect(try await status(["Content-Type": "text/html"]) == 403)
            #expect(try await status(["key": "elsewhere"]) == 403)
            #expect(try await status(["x-amz-meta-origin": "another"]) == 403)
            #expect(try await status(["x-amz-signature": String(repeating: "0", count: 64)]) == 403)
        }
    }

    @Test func aStoreWithoutFormsGetsAPresignedPut() async throws {
        try await Platform.run { platform in
            var request: [String: Any] = [
                "s3AccessKey": "AKIAIOSFODNN7EXAMPLE", "s3SecretKey": "a-secret-of-the-tests", "s3Bucket": "my-bucket",
                "s3Region": "auto", "s3Endpoint": "https://0123456789abcdef.r2.cloudflarestorage.com", "key": "a.png",
                "contentType": "image/png",
            ]
            let refused = try await JSONAnswer(platform.post(Self.path, JSONAnswer.text(of: request)))
            #expect(refused.status == 400)
            #expect(refused["code"] as? String == "missing_field")
            #expect(refused["field"] as? String == "fileSize")
            request["fileSize"] = 12
            let answer = try await JSONAnswer(platform.post(Self.path, JSONAnswer.text(of: request)))
            #expect(answer.status == 200)
            #expect(try answer.text("method") == "PUT")
            #expect(answer.headersToSend.contains { $0.name == "content-length" && $0.value == "12" })
            #expect((answer["warnings"] as? [String])?.first?.contains("takes no forms") == true)
        }
    }

    @Test(
        arguments: [
            (["minBytes": 10, "maxBytes": 1], "invalid_condition", "maxBytes"),
            (["tags": ["a": "b"]], "invalid_value", "tags"),
            (["fields": ["policy": "x"]], "invalid_field", "fields"),
            (["key": "a${filename}b"], "invalid_key", "key"),
            (["expiresIn": 0], "invalid_expiry", "expiresIn"),
            (["key": nil, "filename": nil], "missing_field", "filename"),
        ] as [([String: (any Sendable)?], String, String)]
    )
    func mistakesAreNamed(changes: [String: (any Sendable)?], code: String, field: String) async throws {
        try await Platform.run { platform in
            var request: [String: Any] = [
                "s3AccessKey": "AKIAIOSFODNN7EXAMPLE", "s3SecretKey": "a-secret-of-the-tests", "s3Bucket": "my-bucket",
                "s3Region": "us-east-1", "key": "a.png",
            ]
            for (name, value) in changes { request[name] = value }
            let answer = try await JSONAnswer(platform.post(Self.path, JSONAnswer.text(of: request)))
            #expect(answer.status == 400)
            #expect(answer["code"] as? String == code)
            #expect(answer["field"] as? String == field)
        }
    }
}
