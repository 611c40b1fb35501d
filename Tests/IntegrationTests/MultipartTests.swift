// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Uploads in parts over HTTP, Kafka and a worker, at a server that verifies signatures; boto3 reads back.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct MultipartTests {
    @Test func uploadOfThreePartsIsReadBack() async throws {
        try await MultipartFixture.run { fixture in
            let file = MultipartFixture.file(bytes: (11 << 20) + 17)
            let begun = try await fixture.post(
                "initiate",
                [
                    "filename": "Ürlaub + 1.bin", "keyPrefix": "in/", "contentType": "video/mp4",
                    "fileSize": file.count, "partSize": 5 << 20, "metadata": ["origin": "test"],
                ]
            )
            #expect(begun.status == 200)
            #expect(begun["success"] as? Bool == true)
            #expect(begun["provider"] as? String == "s3")
            #expect(begun["partCount"] as? Int == 3)
            #expect(begun["partSize"] as? Int == 5 << 20)
            #expect(begun["nextPart"] is NSNull)
            let key = try begun.text("key")
            #expect(key == "in/\(try begun.text("jobId"))/Ürlaub + 1.bin")
            let upload = try MultipartUpload(begun)
            #expect(upload.parts.map(\.number) == [1, 2, 3])
            #expect(upload.parts.map(\.size) == [5 << 20, 5 << 20, (1 << 20) + 17])
            #expect(upload.parts.map(\.offset) == [0, 5 << 20, 10 << 20])
            for part in upload.parts { try await part.send(file) }

            let listed = try await fixture.post("list", upload.name)
            #expect(listed["bytes"] as? Int == file.count)
            #expect(listed["partCount"] as? Int == 3)

            let completed = try await fixture.post("complete", upload.name.merging(["fileSize": file.count]) { $1 })
            #expect(completed.status == 200)
            #expect(completed["size"] as? Int == file.count)
            #expect(completed["partCount"] as? Int == 3)
            #expect(try completed.text("etag").hasSuffix("-3\""))

            let object = try await fixture.boto("read", [key])
            #expect(object["sha256"] as? String == MultipartFixture.sha256(of: file))
            #expect(object["type"] as? String == "video/mp4")
            #expect(object["metadata"] as? [String: String] == ["origin": "test"])

            // Sent again, it has the same end.
            let again = try await fixture.post("complete", upload.name.merging(["fileSize": file.count]) { $1 })
            #expect(again.status == 200)
            #expect(try again.text("etag") == completed.text("etag"))
            #expect(again["size"] as? Int == file.count)

            try await fixture.expectEvents(["initiated", "completed", "completed"], of: try upload.id)
            try await MultipartFixture.expectAsDescribed([
                ("initiate", begun), ("list", listed), ("complete", completed),
                ("parts", try await fixture.post("parts", upload.name.merging(["parts": [2]]) { $1 })),
                ("abort", try await fixture.post("abort", upload.name)),
            ])
        }
    }

    @Test func partsAreNamedByTheClientOrByS3AndAnAbortedUploadIsGone() async throws {
        try await MultipartFixture.run { fixture in
            let file = MultipartFixture.file(bytes: 6 << 20)
            let upload = try MultipartUpload(
                try await fixture.post(
                    "initiate",
                    fixture.request(["key": "named", "fileSize": file.count, "window": 0])
                )
            )
            #expect(upload.parts.isEmpty)
            // One by one, as their time comes.
            let signed = try MultipartUpload(
                try await fixture.post(
                    "parts",
                    upload.name.merging(["firstPart": 1, "fileSize": file.count, "partSize": 5 << 20]) { $1 }
                ),
                of: upload
            )
            #expect(signed.parts.map(\.number) == [1])
            let unsized = try MultipartUpload(
                try await fixture.post("parts", upload.name.merging(["parts": [2]]) { $1 }),
                of: upload
            )
            #expect(unsized.parts.map(\.headers) == [[:]])
            var tags = [try await signed.parts[0].send(file)]
            tags.append(try await unsized.parts[0].send(Data(file[(5 << 20)...]), whole: true))
            let parts = tags.enumerated().map { ["partNumber": $0.offset + 1, "etag": $0.element] as [String: Any] }
            let completed = try await fixture.post("complete", upload.name.merging(["parts": parts]) { $1 })
            #expect(completed.status == 200)
            #expect(completed["size"] as? Int == file.count)
            #expect(try await fixture.boto("read", ["named"])["sha256"] as? String == MultipartFixture.sha256(of: file))

            let other = try MultipartUpload(
                try await fixture.post("initiate", fixture.request(["key": "gone", "fileSize": file.count]))
            )
            for found in [true, false] {
                let aborted = try await fixture.post("abort", other.name)
                #expect(aborted.status == 200)
                #expect(aborted["found"] as? Bool == found)
            }
            #expect(try await other.parts[0].status(file) == 404)
            for step in ["list", "complete"] {
                try await fixture.expectProblem(step, other.name, "upload_not_found", field: "uploadId", status: 404)
            }
            try await fixture.expectEvents(["initiated", "aborted", "aborted"], of: try other.id)
        }
    }

    /// The age of URLs lies in the job's signing time, so nothing waits for it to pass.
    @Test func partURLsThatHaveExpiredAreSignedAgain() async throws {
        try await MultipartFixture.run { fixture in
            let file = MultipartFixture.file(bytes: 1_000)
            let now = Int(Date.now.timeIntervalSince1970)
            let job = DirectJob([
                "signingTimeMs": (now - 100) * 1_000, "deadlineMs": (now + 300) * 1_000,
                "s3Multipart": [
                    "target": [
                        "s3Bucket": fixture.s3.bucket, "s3Region": fixture.s3.region, "s3Endpoint": fixture.s3.endpoint,
                        "expiresIn": 60, "items": [["key": "late"]],
                    ] as [String: Any],
                    "initiate": ["fileSize": String(file.count)],
                ] as [String: Any],
            ])
            let reply = try await job.send(to: fixture.platform, topic: "jobs.multipart")
            let result = try #require(reply.object["s3Multipart"] as? [String: Any], "\(reply.failure)")
            let window = try #require((result["initiated"] as? [String: Any])?["window"] as? [String: Any])
            let url = try #require((window["items"] as? [[String: Any]])?.first?["url"] as? String)
            #expect(try await Curl.send("PUT", url, body: file).status == 403)
            let name = fixture.place.merging(["key": "late", "uploadId": try #require(result["uploadId"])]) { $1 }
            let signed = try await fixture.post("parts", name.merging(["parts": [1], "fileSize": file.count]) { $1 })
            let part = try #require(try MultipartUpload.parts(of: signed).first)
            try await part.send(file)
            #expect(try await fixture.post("complete", name).status == 200)
        }
    }

    @Test func whatCannotBeIsRefusedByItsField() async throws {
        try await MultipartFixture.run { fixture in
            let limit = 10_000 * (5 << 30)
            for (fields, code, field) in [
                (["fileSize": 0], "invalid_length", "fileSize"), (["fileSize": -1], "invalid_length", "fileSize"),
                (["fileSize": limit + 1], "invalid_length", "fileSize"),
                ([:], "missing_field", "fileSize"), (["fileSize": "1"], "invalid_type", "fileSize"),
                (["fileSize": 100 << 20, "partSize": (5 << 20) - 1], "invalid_length", "partSize"),
                (["fileSize": limit, "partSize": (5 << 30) + 1], "invalid_length", "partSize"),
                (["fileSize": limit, "partSize": 5 << 20], "invalid_length", "partSize"),
                (["fileSize": 1, "window": 1_001], "invalid_value", "window"),
                (["fileSize": 1, "s3StorageClass": "COLD"], "invalid_storage_class", "s3StorageClass"),
                (["fileSize": 1, "ifMatch": "x"], "invalid_value", "ifMatch"),
                (["fileSize": 1, "s3Bucket": "no-such-bucket"], "bucket_not_found", "s3Bucket"),
                (["fileSize": 1, "s3AccessKey": "AKIASIGNETTEST000001", "s3SecretKey": "wrong"], "access_denied", ""),
                (["fileSize": 1, "s3Endpoint": "http://127.0.0.1:1"], "endpoint_not_allowed", "s3Endpoint"),
            ] as [([String: Any], String, String)] {
                let status =
                    ["bucket_not_found": 404, "access_denied": 403, "endpoint_not_allowed": 403][code] ?? 400
                try await fixture.expectProblem(
                    "initiate",
                    fixture.request(["key": "bad"], fields),
                    code,
                    field: field,
                    status: status
                )
            }
            let upload = try MultipartUpload(
                try await fixture.post(
                    "initiate",
                    fixture.request(["key": "bad", "fileSize": 11 << 20, "partSize": 5 << 20])
                )
            )
            for (fields, code, field) in [
                (["parts": [0]], "invalid_part", "parts"), (["parts": [10_001]], "invalid_part", "parts"),
                (["parts": [4], "fileSize": 11 << 20, "partSize": 5 << 20], "invalid_part", "parts"),
                (["firstPart": 3, "lastPart": 2], "invalid_part", "parts"),
                (["parts": []], "missing_field", "parts"), ([:], "missing_field", "parts"),
                (["parts": [1], "firstPart": 1], "conflicting_fields", "parts"),
                (["parts": [1], "partSize": 5 << 20], "missing_field", "fileSize"),
                (["parts": [1], "uploadId": ""], "missing_field", "uploadId"),
            ] as [([String: Any], String, String)] {
                try await fixture.expectProblem(
                    "parts",
                    upload.name.merging(fields) { $1 },
                    code,
                    field: field,
                    status: 400
                )
            }
            try await fixture.expectProblem(
                "complete",
                upload.name,
                "part_mismatch",
                field: "parts",
                status: 409
            )
            let file = MultipartFixture.file(bytes: 11 << 20)
            let first = try await upload.parts[0].send(file)
            let third = try await upload.parts[2].send(file)
            func part(_ number: Int, _ etag: String) -> [String: Any] { ["partNumber": number, "etag": etag] }
            for (parts, code, field) in [
                (nil, "part_mismatch", "parts"),
                ([part(3, third), part(1, first)], "invalid_part", "parts[1].partNumber"),
                ([part(1, first), part(1, first)], "invalid_part", "parts[1].partNumber"),
                ([part(1, first), part(2, first)], "part_mismatch", "parts[1]"),
                ([part(1, third)], "part_mismatch", "parts[0].etag"),
                ([part(0, first)], "invalid_part", "parts[0].partNumber"),
                ([part(10_001, first)], "invalid_part", "parts[0].partNumber"),
                ([part(1, "")], "missing_field", "parts[0].etag"),
                ([part(1, first), part(3, third)], "size_mismatch", "fileSize"),
            ] as [([[String: Any]]?, String, String)] {
                var fields: [String: Any] = ["fileSize": file.count]
                fields["parts"] = parts
                try await fixture.expectProblem(
                    "complete",
                    upload.name.merging(fields) { $1 },
                    code,
                    field: field,
                    status: code.hasSuffix("mismatch") ? 409 : 400
                )
            }
            try await fixture.expectProblem(
                "complete",
                upload.name.merging(["uploadId": "2~unknown"]) { $1 },
                "upload_not_found",
                field: "uploadId",
                status: 404
            )
            // The upload has come to no harm.
            try await upload.parts[1].send(file)
            #expect(try await fixture.post("complete", upload.name).status == 200)
        }
    }

    /// Keys that come with a request are sealed at the gateway; the workers use them for all that its job does.
    @Test func uploadIsSignedWithTheKeysOfTheRequest() async throws {
        try await MultipartFixture.run { fixture in
            let file = MultipartFixture.file(bytes: 1_000)
            let keys = ["s3AccessKey": fixture.s3.accessKey, "s3SecretKey": fixture.s3.secretKey]
            let begun = try await fixture.post(
                "initiate",
                fixture.request(["key": "sealed", "fileSize": file.count], keys)
            )
            #expect(begun.status == 200, "\(begun.response.text)")
            let upload = try MultipartUpload(begun)
            try await upload.parts[0].send(file)
            let name = upload.name.merging(keys) { $1 }
            let signed = try await fixture.post("parts", name.merging(["parts": [1]]) { $1 })
            #expect(signed.status == 200)
            let job = try await fixture.begin(
                "/api/v1/upload/s3/multipart/watch",
                name.merging(["fileSize": file.count, "complete": true]) { $1 }
            )
            #expect(try await fixture.result(of: job)["outcome"] as? String == "completed")
            #expect(
                try await fixture.boto("read", ["sealed"])["sha256"] as? String == MultipartFixture.sha256(of: file)
            )
        }
    }

    /// Answers as stores may whose state no test can bring about, told by the key.
    private static let store = """
        import http.server, time
        ANSWERS = {
            "moved": (301, {"x-amz-bucket-region": "eu-west-1"}, "<Error><Code>PermanentRedirect</Code></Error>"),
            "expired": (400, {}, "<Error><Code>ExpiredToken</Code><Message>no</Message></Error>"),
            "refused": (400, {}, "<Error><Code>InvalidRequest</Code><Message>no</Message></Error>"),
            "page": (200, {}, "<html><body>Welcome</body></html>"),
            "broken": (200, {}, "<InitiateMultipartUploadResult><Upl"),
            "failed": (200, {}, "<Error><Code>InternalError</Code><Message>no</Message></Error>"),
            "busy": (503, {"retry-after": "0"}, "<Error><Code>SlowDown</Code></Error>"),
            "good": (200, {}, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"),
        }
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                name = self.path.split("?")[0].split("/")[2]
                status, headers, body = ANSWERS.get(name, (200, {}, "x" * 600))
                self.send_response(status)
                for header, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(header, value)
                self.end_headers()
                for byte in body.encode() if name == "slow" else []:
                    self.wfile.write(bytes([byte]))
                    time.sleep(1)
                if name != "slow":
                    self.wfile.write(body.encode())
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    @Test func whatStoresAnswerIsToldByItsCode() async throws {
        try await withChildProcess(PythonEnvironment.interpreter, ["-c", Self.store]) { store in
            let endpoint = "http://127.0.0.1:\(try await store.waitForLine { _ in true })"
            let all = ["SIGNET_RETRY_DELAYS": "300", "SIGNET_GATEWAY_WAIT_UNTIL": "30000"]
            try await MultipartFixture.run(also: endpoint, all: all) { fixture in
                func initiate(_ name: String) -> [String: Any] {
                    fixture.request(["keyPrefix": "\(name)/", "filename": "f", "fileSize": 1, "s3Endpoint": endpoint])
                }
                // One byte a second holds up nobody else.
                for _ in 0..<20 { _ = try await fixture.accept("initiate", initiate("slow")) }
                for (name, status, code, field) in [
                    ("good", 200, nil, nil), ("moved", 400, "wrong_region", "s3Region"),
                    ("expired", 403, "credential_expired", nil), ("refused", 502, "s3_refused", nil),
                    ("page", 503, "s3_unavailable", nil), ("broken", 503, "s3_unavailable", nil),
                    ("failed", 503, "s3_unavailable", nil), ("busy", 503, "s3_unavailable", nil),
                ] as [(String, Int, String?, String?)] {
                    let answer = try await fixture.post("initiate", initiate(name))
                    #expect(answer.status == status, "\(name) \(answer.response.text)")
                    #expect(answer["code"] as? String == code)
                    if let field { #expect(answer["field"] as? String == field) }
                    if name == "moved" { #expect(answer.response.text.contains("eu-west-1")) }
                }
            }
        }
    }

    /// A key of SSE-C goes sealed with the job, and comes back to its owner with each part.
    @Test func uploadIsEncryptedWithACustomersKey() async throws {
        try await MultipartFixture.run { fixture in
            let file = MultipartFixture.file(bytes: (5 << 20) + 1_000)
            let key = Data((0..<32).map { UInt8($0) }).base64EncodedString()
            let begun = try await fixture.post(
                "initiate",
                fixture.request(["key": "secret", "fileSize": file.count, "partSize": 5 << 20, "s3CustomerKey": key])
            )
            #expect(begun.status == 200, "\(begun.response.text)")
            let upload = try MultipartUpload(begun)
            let name = upload.name.merging(["s3CustomerKey": key]) { $1 }
            try await upload.parts[0].send(file)
            let signed = try await fixture.post(
                "parts",
                name.merging(["parts": [2], "fileSize": file.count, "partSize": 5 << 20]) { $1 }
            )
            #expect(signed.status == 200, "\(signed.response.text)")
            try await MultipartUpload(signed, of: upload).parts[0].send(file)
            let completed = try await fixture.post("complete", name.merging(["fileSize": file.count]) { $1 })
            #expect(completed.status == 200, "\(completed.response.text)")
            let read = try await fixture.boto("read", ["secret", key])
            #expect(read["sha256"] as? String == MultipartFixture.sha256(of: file))
            let records = try await Kcat(bootstrapServers: fixture.platform.bootstrapServers).dump(
                fixture.platform.topic("jobs.multipart")
            )
            #expect(records.range(of: Data(key.utf8)) == nil)
            #expect(records.range(of: Data((0..<32).map { UInt8($0) })) == nil)
        }
    }

    /// Nothing listens at one endpoint: its jobs fail when their time is over, and others are not held up.
    @Test func storeThatIsDownHoldsUpNobodyAndIsTold() async throws {
        let down = "http://127.0.0.1:1"
        let all = ["SIGNET_RETRY_DELAYS": "300", "SIGNET_GATEWAY_WAIT_UNTIL": "20000"]
        try await MultipartFixture.run(also: down, all: all) { fixture in
            try await withThrowingTaskGroup(of: CurlResponse.self) { group in
                for number in 0..<40 {
                    let fields = fixture.request(["key": "k\(number)", "fileSize": 1, "s3Endpoint": down])
                    let body = try JSONAnswer.text(of: fixture.place.merging(fields) { $1 })
                    group.addTask {
                        try await fixture.platform.post("/api/v1/upload/s3/multipart/initiate", body)
                    }
                }
                let good = try await fixture.post("initiate", fixture.request(["key": "good", "fileSize": 1]))
                #expect(good.status == 200)
                for try await answer in group {
                    #expect(answer.status == 503)
                    #expect(try JSONAnswer(answer)["code"] as? String == "s3_unavailable")
                }
            }
        }
    }
}
