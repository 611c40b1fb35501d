// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Requests that OpenStack Swift's S3 API takes, and those that it refuses: it looks at more of SigV4 than others do.
@Suite(.takingTurns, .timeLimit(.minutes(3)))
struct SwiftS3SigningTests {
    private let server: SwiftS3
    private let signer: S3Signer
    private let endpoint: S3Endpoint
    private let time: SigningTime

    init() async throws {
        server = try await SwiftS3.shared()
        signer = S3Signer(
            credentials: try SigningCredentials(accessKeyID: server.accessKey, secretAccessKey: server.secretKey)
        )
        endpoint = try S3Endpoint.resolve(
            bucket: server.bucket,
            region: server.region,
            customEndpoint: server.endpoint
        )
        time = try SigningTime(unixSeconds: Int64(Date().timeIntervalSince1970))
    }

    // MARK: A client that knows signed URLs alone

    /// What a client is told to send.
    private struct Signed {
        var method: String
        var url: String
        var headers: [(name: String, value: String)]

        func send(_ body: Data? = nil) async throws -> CurlResponse {
            // curl says itself how long the body is.
            let headers = headers.filter { $0.name != "content-length" }
            let body = body ?? (["PUT", "POST"].contains(method) ? Data() : nil)
            return try await Curl.send(method, url, headers: headers, body: body)
        }
    }

    private func sign(
        _ operation: S3Operation,
        _ key: String = "",
        _ change: (inout S3ObjectOptions) throws -> Void = { _ in },
        at endpoint: S3Endpoint? = nil,
        by signer: S3Signer? = nil,
        time: SigningTime? = nil
    ) throws -> Signed {
        var options = S3ObjectOptions()
        try change(&options)
        let template = try (signer ?? self.signer).template(
            operation,
            at: endpoint ?? self.endpoint,
            time: time ?? self.time,
            expiresIn: 300,
            options: options
        )
        return Signed(method: template.method, url: try template.url(forKey: key), headers: template.headers)
    }

    private static func element(_ name: String, of response: CurlResponse) -> String? {
        response.text.components(separatedBy: "<\(name)>").dropFirst().first?.components(separatedBy: "</\(name)>")
            .first
    }

    /// What is refused with which code; each beside the same request, which is taken.
    private func expectRefusal(
        _ signed: Signed,
        _ status: Int,
        _ code: String,
        body: Data? = nil,
        _ comment: Comment? = nil
    ) async throws {
        let response = try await signed.send(body)
        #expect(response.status == status, comment)
        if signed.method != "HEAD" { #expect(Self.element("Code", of: response) == code, comment) }
    }

    // MARK: Taken

    @Test(arguments: [
        "plain.txt", "a b+c/ü%25~", "//twice//", "a/../b/./c", "?#[]@!$&'()*,;=:", "漢字/😀", " leading and trailing ",
        "percent%2Fencoded", "\"quoted\\back\"", "trailing/",
    ])
    func bytesGoUpAndComeBackUnderAnyKey(key: String) async throws {
        let body = Data("bytes of \(key)".utf8)
        let put = try sign(.putObject, "keys/" + key) {
            $0.contentType = "text/x-test"
            $0.contentLength = Int64(body.count)
            $0.metadata = [("origin", "signed")]
        }
        #expect(try await put.send(body).status == 200)
        let got = try await sign(.getObject, "keys/" + key).send()
        #expect(got.status == 200 && got.body == body)
        #expect(got.headers["content-type"] == "text/x-test")
        #expect(got.headers["x-amz-meta-origin"] == "signed")
    }

    @Test func everyOperationOfAnObjectIsTaken() async throws {
        let folder = "operations \(UUID().uuidString)/"
        let key = folder + "große Datei+1.bin"
        let parts = [Data(repeating: 7, count: 5 << 20), Data("the end".utf8)]
        let created = try await sign(.createMultipartUpload, key) { $0.contentType = "application/x-test" }.send()
        let upload = try #require(Self.element("UploadId", of: created))
        var etags: [String] = []
        for (index, part) in parts.enumerated() {
            let sent = try await sign(.uploadPart, key) {
                $0.uploadID = upload
                $0.partNumber = index + 1
                $0.contentLength = Int64(part.count)
            }.send(part)
            #expect(sent.status == 200)
            etags.append(try #require(sent.headers["etag"]))
        }
        let listed = try await sign(.listParts, key) { $0.uploadID = upload }.send()
        #expect(listed.text.components(separatedBy: "<PartNumber>").count == 3)
        let list = etags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
        let completed = try await sign(.completeMultipartUpload, key) { $0.uploadID = upload }
            .send(Data("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8))
        #expect(completed.status == 200, "\(completed.text)")

        let copy = folder + "copy ?#"
        let source = try S3CopySource(path: "\(server.bucket)/\(key)")
        #expect(try await sign(.copyObject, copy) { $0.copySource = source }.send().status == 200)
        let part = try await sign(.getObject, copy) { $0.range = "bytes=5242880-" }.send()
        #expect(part.status == 206 && part.body == parts[1])
        let head = try await sign(.headObject, copy).send()
        #expect(head.headers["content-length"] == "\(parts[0].count + parts[1].count)")
        let names = try await sign(.listObjects) { $0.query = [("prefix", folder), ("max-keys", "10")] }.send()
        #expect(Self.element("KeyCount", of: names) == "2")

        let other = try await sign(.createMultipartUpload, key).send()
        let aborted = try #require(Self.element("UploadId", of: other))
        let copied = try await sign(.uploadPartCopy, key) {
            $0.uploadID = aborted
            $0.partNumber = 1
            $0.copySource = source
            $0.copySourceRange = "bytes=0-5242879"
        }.send()
        #expect(copied.status == 200, "\(copied.text)")
        #expect(try await sign(.abortMultipartUpload, key) { $0.uploadID = aborted }.send().status == 204)
        try await expectRefusal(sign(.listParts, key) { $0.uploadID = aborted }, 404, "NoSuchUpload")
        for name in [key, copy] { #expect(try await sign(.deleteObject, name).send().status == 204) }
        #expect(try await sign(.headObject, key).send().status == 404)
    }

    @Test func requestsSignedInTheirHeadersAreTaken() async throws {
        let body = Data("Hello, ü".utf8)
        var request = SignableRequest(
            method: "PUT",
            host: "127.0.0.1:\(server.port)",
            path: "/\(server.bucket)/header auth/ü+%2F$'()*!,;:@&=?#~.txt"
        )
        request.headers = [("Content-Type", "text/plain"), ("x-amz-meta-a", "x   y")]
        request.payload = PayloadHash(hash: Array(body))
        func send(_ request: SignableRequest, region: String, _ body: Data?) async throws -> CurlResponse {
            let signed = try request.signed(with: signer.credentials, at: time, region: region)
            return try await Curl.send(
                signed.method,
                "http://\(signed.host)\(signed.target)",
                headers: signed.headers,
                body: body
            )
        }
        #expect(try await send(request, region: server.region, body).status == 200)
        // Another body than the signed one, another region than the server's.
        let other = try await send(request, region: server.region, Data("other".utf8))
        #expect(other.status == 400 && Self.element("Code", of: other) == "XAmzContentSHA256Mismatch")
        let elsewhere = try await send(request, region: "eu-central-1", body)
        #expect(elsewhere.status == 400 && Self.element("Code", of: elsewhere) == "AuthorizationHeaderMalformed")
    }

    // MARK: Refused

    @Test func whatIsSignedCannotBeChanged() async throws {
        let body = Data("12345".utf8)
        let put = try sign(.putObject, "changes") {
            $0.contentType = "text/plain"
            $0.contentLength = 5
            $0.metadata = [("a", "b")]
        }
        #expect(try await put.send(body).status == 200)
        var changed: [(String, Signed)] = []
        func change(_ name: String, _ body: (inout Signed) -> Void) {
            var signed = put
            body(&signed)
            changed.append((name, signed))
        }
        change("another method") { $0.method = "DELETE" }
        change("another key") { $0.url = $0.url.replacing("/changes?", with: "/changes2?") }
        change("another bucket") { $0.url = $0.url.replacing("/\(server.bucket)/", with: "/other-bucket/") }
        for (name, value) in [("content-type", "text/html"), ("x-amz-meta-a", "c")] {
            change("another \(name)") { signed in
                signed.headers = signed.headers.map { $0.name == name ? (name, value) : $0 }
            }
            change("no \(name)") { $0.headers.removeAll { $0.name == name } }
        }
        change("a parameter more") { $0.url += "&versionId=1" }
        for parameter in ["X-Amz-Date", "X-Amz-Expires", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature"] {
            change("no \(parameter)") { signed in
                let (start, query) = (signed.url.prefix { $0 != "?" }, signed.url.drop { $0 != "?" }.dropFirst())
                signed.url =
                    start + "?"
                    + query.split(separator: "&").filter { !$0.hasPrefix(parameter) }
                    .joined(separator: "&")
            }
        }
        change("a longer life") { $0.url = $0.url.replacing("X-Amz-Expires=300", with: "X-Amz-Expires=301") }
        change("another signature") { signed in
            let last = signed.url.last == "0" ? "1" : "0"
            signed.url = signed.url.dropLast() + last
        }
        for (name, signed) in changed {
            let response = try await signed.send(body)
            #expect((400..<500).contains(response.status), "\(name): \(response.status)")
        }
        // Another length: curl sends what the body has.
        #expect(try await put.send(Data("123456".utf8)).status == 403)
        #expect(try await sign(.getObject, "changes").send().body == body)
    }

    /// S3 wants every `x-amz-*` header signed; a store that does not look lets anybody choose them.
    @Test func anAmzHeaderThatIsNotSignedIsRefused() async throws {
        var put = try sign(.putObject, "unsigned")
        put.headers.append(("x-amz-meta-smuggled", "yes"))
        try await expectRefusal(put, 403, "AccessDenied", body: Data("x".utf8))
    }

    @Test func anotherScopeIsRefused() async throws {
        let elsewhere = try S3Endpoint.resolve(
            bucket: server.bucket,
            region: "eu-central-1",
            customEndpoint: server.endpoint
        )
        try await expectRefusal(sign(.getObject, "k", at: elsewhere), 400, "AuthorizationQueryParametersError")
        let stranger = S3Signer(
            credentials: try SigningCredentials(accessKeyID: "test:nobody", secretAccessKey: server.secretKey)
        )
        try await expectRefusal(sign(.getObject, "k", by: stranger), 403, "SignatureDoesNotMatch")
        let guess = S3Signer(
            credentials: try SigningCredentials(accessKeyID: server.accessKey, secretAccessKey: "a guess")
        )
        try await expectRefusal(sign(.getObject, "k", by: guess), 403, "SignatureDoesNotMatch")
    }

    @Test func theEndAndTheSevenDaysAreLookedAt() async throws {
        let past = try SigningTime(unixSeconds: Int64(Date().timeIntervalSince1970) - 301)
        try await expectRefusal(sign(.getObject, "k", time: past), 403, "AccessDenied")
        // Signing refuses more than seven days; by hand, so does the server.
        var week = try sign(.getObject, "k")
        week.url = week.url.replacing("X-Amz-Expires=300", with: "X-Amz-Expires=604801")
        try await expectRefusal(week, 400, "AuthorizationQueryParametersError")
    }

    @Test func aBodyThatIsNotTheOneOfTheSignedChecksumIsRefused() async throws {
        let body = Data("12345".utf8)
        // Of 12345: MD5, and CRC32 as zlib computes it.
        let md5 = try sign(.putObject, "md5") { $0.contentMD5 = "gnzLDuqKcGxMNKFokfhOew==" }
        #expect(try await md5.send(body).status == 200)
        try await expectRefusal(md5, 400, "BadDigest", body: Data("54321".utf8))
        let crc = try sign(.putObject, "crc") { $0.checksum = try S3Checksum(.crc32, value: "y/U6HA==") }
        #expect(try await crc.send(body).status == 200)
        try await expectRefusal(crc, 400, "BadDigest", body: Data("54321".utf8))
    }
}
