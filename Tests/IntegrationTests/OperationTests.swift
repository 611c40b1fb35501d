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

    @Test func anObjectOfSSECIsWrittenCopiedAndReadWithItsKeyAlone() async throws {
        let s3 = try await RadosGateway.shared()
        try await Platform.run { platform in
            let client = Client(platform: platform, s3: s3)
            let key = "customer key \(UUID().uuidString)"
            let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            let other = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            let body = Data("for those who have the key".utf8)
            let put = try await client.send("PutObject", ["key": key, "s3CustomerKey": secret], body: body)
            #expect(put.status == 200, "\(put.text)")

            #expect(try await client.send("GetObject", ["key": key, "s3CustomerKey": secret]).body == body)
            #expect(try await client.send("GetObject", ["key": key]).status == 400)
            #expect(try await client.send("GetObject", ["key": key, "s3CustomerKey": other]).status >= 400)
            // A URL that was signed for one key is good for no other.
            let signed = try await client.sign("GetObject", ["key": key, "s3CustomerKey": secret])
            let headers = signed.headersToSend.map { name, value in
                (name: name, value: name.hasSuffix("customer-key") ? other : value)
            }
            #expect(try await Curl.send("GET", signed.text("url"), headers: headers).status == 403)

            let short = try await client.sign("PutObject", ["key": key, "s3CustomerKey": "c2hvcnQ="])
            #expect(short.status == 400)
            #expect(try short.text("code") == "invalid_encryption")
            #expect(try short.text("field") == "s3CustomerKey")
            let both = try await client.sign(
                "PutObject",
                ["key": key, "s3CustomerKey": secret, "s3EncryptionType": "SSE-S3"]
            )
            #expect(try both.text("field") == "s3CustomerKey")
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

    /// SigV4A, checked by Python's cryptography with a key that the script derives on its own.
    @Test func aMultiRegionAccessPointIsSignedBySigV4A() async throws {
        try await Platform.run { platform in
            let body: [String: Any] = [
                "operation": "GetObject", "s3AccessKey": "AKIAIOSFODNN7EXAMPLE",
                "s3SecretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "key": "a b+ü.txt",
                "s3Bucket": "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            ]
            let answer = try await JSONAnswer(platform.post("/api/v1/s3/signed-url", JSONAnswer.text(of: body)))
            #expect(answer.status == 200)
            let url = try answer.text("url")
            let start = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a%20b%2B%C3%BC.txt?"
            #expect(url.hasPrefix(start + "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&"))
            #expect(url.contains("&X-Amz-Region-Set=%2A&"))
            let verdict = try await PythonEnvironment.run(source: Self.sigV4AVerifier, arguments: [url])
            #expect(String(decoding: verdict, as: UTF8.self) == "True")
        }
    }

    private static let sigV4AVerifier = """
        import datetime, hashlib, sys, urllib.parse
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.exceptions import InvalidSignature
        import hmac

        # The counter-mode KDF of the SigV4A specification.
        secret, access = b'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', b'AKIAIOSFODNN7EXAMPLE'
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        for counter in range(1, 255):
            text = (1).to_bytes(4, 'big') + b'AWS4-ECDSA-P256-SHA256' + b'\\0' + access + bytes([counter]) + (256).to_bytes(4, 'big')
            number = int.from_bytes(hmac.new(b'AWS4A' + secret, text, hashlib.sha256).digest(), 'big')
            if number <= order - 2:
                break
        key = ec.derive_private_key(number + 1, ec.SECP256R1()).public_key()
        url = urllib.parse.urlsplit(sys.argv[1])
        pairs = url.query.split('&')
        signature = [p for p in pairs if p.startswith('X-Amz-Signature=')][0].split('=')[1]
        query = '&'.join(sorted(p for p in pairs if not p.startswith('X-Amz-Signature=')))
        values = dict(urllib.parse.parse_qsl(url.query))
        request = '\\n'.join(['GET', url.path, query, 'host:' + url.netloc, '', 'host', 'UNSIGNED-PAYLOAD'])
        scope = values['X-Amz-Credential'].split('/', 1)[1]
        string = '\\n'.join(['AWS4-ECDSA-P256-SHA256', values['X-Amz-Date'], scope, hashlib.sha256(request.encode()).hexdigest()])
        try:
            key.verify(bytes.fromhex(signature), string.encode(), ec.ECDSA(hashes.SHA256()))
            print(True, end='')
        except InvalidSignature:
            print(False, end='')
        """

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
