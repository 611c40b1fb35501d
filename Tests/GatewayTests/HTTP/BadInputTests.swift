// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import Testing

/// What a client can get wrong and the gateway itself sees: each case by code, field and status.
@Suite(.timeLimit(.minutes(1))) struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var path = HTTPFixture.upload
        let body: String
        let code: String
        var field: String?
        var status = 400

        var testDescription: String { name }
    }

    /// A valid upload with some fields replaced; `nil` leaves one out.
    static func upload(_ changes: KeyValuePairs<String, String?>) -> String {
        var fields: [String: String] = [
            "filename": #""photo.jpg""#, "contentType": #""image/jpeg""#, "s3Bucket": #""my-bucket""#,
            "s3Region": #""us-east-1""#,
        ]
        for (name, value) in changes { fields[name] = value }
        return "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private static let keys: KeyValuePairs<String, String?> = ["s3AccessKey": #""AKIA""#, "s3SecretKey": #""secret""#]

    static let cases: [Case] =
        ["filename", "contentType", "s3Bucket", "s3Region"].flatMap { field in
            [
                Case(name: "\(field) missing", body: upload([field: nil]), code: "missing_field", field: field),
                Case(name: "\(field) empty", body: upload([field: #""""#]), code: "missing_field", field: field),
                Case(name: "\(field) null", body: upload([field: "null"]), code: "missing_field", field: field),
                Case(name: "\(field) a number", body: upload([field: "7"]), code: "invalid_type", field: field),
                Case(name: "\(field) an array", body: upload([field: #"["x"]"#]), code: "invalid_type", field: field),
            ]
        }
        + [
            "key", "keyPrefix", "credentialProfile", "s3StorageClass", "s3EncryptionType", "s3KmsKeyId", "s3Endpoint",
            "s3AddressingStyle", "s3CloudFrontDomain", "cacheControl", "contentDisposition",
        ].map { field in
            Case(name: "\(field) a boolean", body: upload([field: "true"]), code: "invalid_type", field: field)
        }
        + ["expiresIn", "fileSize"].flatMap { field in
            [#""3600""#, "1.5", "true", "[1]", "99999999999999999999999"].map { (value: String) in
                Case(name: "\(field) \(value)", body: upload([field: value]), code: "invalid_type", field: field)
            }
        }
        + [
            Case(
                name: "metadata a string",
                body: upload(["metadata": #""a=b""#]),
                code: "invalid_type",
                field: "metadata"
            ),
            Case(
                name: "metadata of numbers",
                body: upload(["metadata": #"{"a":"b","n":1}"#]),
                code: "invalid_type",
                field: "metadata.n"
            ),
            Case(
                name: "access key alone",
                body: upload(["s3AccessKey": #""AKIA""#]),
                code: "missing_field",
                field: "s3SecretKey"
            ),
            Case(
                name: "secret key alone",
                body: upload(["s3SecretKey": #""secret""#]),
                code: "missing_field",
                field: "s3AccessKey"
            ),
            Case(
                name: "session token alone",
                body: upload(["s3SessionToken": #""token""#]),
                code: "missing_field",
                field: "s3AccessKey"
            ),
            Case(
                name: "profile and keys",
                body: upload(["credentialProfile": #""p""#, "s3AccessKey": #""A""#, "s3SecretKey": #""s""#]),
                code: "conflicting_fields",
                field: "credentialProfile"
            ),
            Case(
                name: "profile and token",
                body: upload(["credentialProfile": #""p""#, "s3SessionToken": #""t""#]),
                code: "conflicting_fields",
                field: "credentialProfile"
            ),
            Case(
                name: "session expiration no time",
                body: upload(["s3AccessKey": #""A""#, "s3SecretKey": #""s""#, "s3SessionExpiration": #""soon""#]),
                code: "invalid_value",
                field: "s3SessionExpiration"
            ),
            Case(
                name: "customer's key no base64",
                body: upload(["s3CustomerKey": #""not base64!""#]),
                code: "invalid_value",
                field: "s3CustomerKey"
            ),
            Case(
                name: "customer's key as a header",
                body: upload(["headers": #"{"X-Amz-Server-Side-Encryption-Customer-Key":"secret"}"#]),
                code: "invalid_header",
                field: "headers.X-Amz-Server-Side-Encryption-Customer-Key"
            ),
            Case(
                name: "session token as a parameter",
                body: upload(["query": #"{"X-Amz-Security-Token":"secret"}"#]),
                code: "invalid_header",
                field: "query.X-Amz-Security-Token"
            ),
            Case(name: "empty body", body: "", code: "malformed"),
            Case(name: "broken JSON", body: #"{"filename":"photo.jpg","#, code: "malformed"),
            Case(name: "an array", body: "[]", code: "malformed"),
            Case(name: "a name twice", body: #"{"filename":"a","filename":"b"}"#, code: "malformed"),
            Case(name: "deep", body: String(repeating: "[", count: 100_000), code: "malformed"),
            Case(name: "half a surrogate", body: #"{"filename":"\ud800"}"#, code: "malformed"),
            Case(
                name: "download without a key",
                path: HTTPFixture.download,
                body: #"{"s3Bucket":"b","s3Region":"r"}"#,
                code: "missing_field",
                field: "key"
            ),
            Case(
                name: "download with an expiry in text",
                path: HTTPFixture.download,
                body: #"{"key":"k","s3Bucket":"b","s3Region":"r","expiresIn":"60"}"#,
                code: "invalid_type",
                field: "expiresIn"
            ),
        ]

    @Test(arguments: cases)
    func wrongBodyIsAnsweredByCodeFieldAndStatus(_ bad: Case) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(bad.path, bad.body)
            try Self.expectProblem(answer, bad.code, field: bad.field, status: bad.status)
        }
    }

    /// Checks all that every problem must have (RFC 9457).
    @discardableResult
    static func expectProblem(
        _ answer: HTTPAnswer,
        _ code: String,
        field: String? = nil,
        status: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let json = try answer.json
        #expect(answer.status == status, sourceLocation: sourceLocation)
        #expect(answer.header("content-type") == "application/problem+json", sourceLocation: sourceLocation)
        #expect(json["type"] == .string("urn:signet:problem:\(code)"), sourceLocation: sourceLocation)
        #expect(json["status"] == .number(Double(status)), sourceLocation: sourceLocation)
        #expect(json["code"] == .string(code), sourceLocation: sourceLocation)
        #expect(json["field"]?.string == field, sourceLocation: sourceLocation)
        #expect(json["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
        // What is wrong and what to do about it.
        #expect((json["detail"]?.string?.count ?? 0) > 20, sourceLocation: sourceLocation)
        #expect(json["correlationId"]?.string == answer.header("x-request-id"), sourceLocation: sourceLocation)
        #expect(answer.header("x-request-id")?.isEmpty == false, sourceLocation: sourceLocation)
        return json
    }

    @Test func allMistakesAreToldAtOnce() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, #"{"filename":1,"expiresIn":"x"}"#)
            let json = try Self.expectProblem(answer, "missing_field", field: "s3Bucket", status: 400)
            let errors = json["errors"]?.array?.compactMap { $0["field"]?.string }
            #expect(errors == ["s3Bucket", "s3Region", "expiresIn", "filename", "contentType"])
        }
    }

    @Test func keysWithoutASealingKeyAreRefusedWithARemedy() async throws {
        try await HTTPFixture.run({ $0.sealingKey = nil }) { fixture in
            let answer = try await fixture.post(HTTPFixture.upload, Self.upload(Self.keys))
            let json = try Self.expectProblem(answer, "sealing_not_configured", field: "s3AccessKey", status: 400)
            #expect(json["detail"]?.string?.contains("credentialProfile") == true)
        }
    }

    @Test(arguments: [
        nil, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json",
    ])
    func otherMediaTypesAreRefused(mediaType: String?) async throws {
        try await HTTPFixture.run { fixture in
            var headers = HTTPHeaders()
            if let mediaType { headers.add(name: "content-type", value: mediaType) }
            let body = HTTPClientRequest.Body.bytes(ByteBuffer(string: Self.upload([:])))
            let answer = try await fixture.send(.POST, HTTPFixture.upload, headers: headers, body: body)
            try Self.expectProblem(answer, "unsupported_media_type", status: 415)
            #expect(answer.header("accept-post") == "application/json")
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"])
    func parametersAndCaseOfTheMediaTypeDoNotMatter(mediaType: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(
                HTTPFixture.upload,
                Self.upload([:]),
                headers: ["content-type": mediaType]
            )
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [true, false])
    func bodyBeyondTheLimitIsRefused(isLengthDeclared: Bool) async throws {
        let maximum = 10_000
        func body(of count: Int) -> HTTPClientRequest.Body {
            let start = Self.upload([:]).dropLast()
            let text = start + ",\"x\":\"" + String(repeating: "x", count: count - start.utf8.count - 8) + "\"}"
            let buffer = ByteBuffer(string: String(text))
            if isLengthDeclared { return .bytes(buffer) }
            return .stream(
                AsyncStream { chunks in
                    var rest = buffer
                    while let chunk = rest.readSlice(length: min(3_000, rest.readableBytes)), chunk.readableBytes > 0 {
                        chunks.yield(chunk)
                    }
                    chunks.finish()
                },
                length: .unknown
            )
        }
        try await HTTPFixture.run({ $0.maxBodyBytes = maximum }) { fixture in
            let headers: HTTPHeaders = ["content-type": "application/json"]
            let atLimit = try await fixture.send(.POST, HTTPFixture.upload, headers: headers, body: body(of: maximum))
            #expect(atLimit.status == 200)
            let beyond = try await fixture.send(
                .POST,
                HTTPFixture.upload,
                headers: headers,
                body: body(of: maximum + 1)
            )
            try Self.expectProblem(beyond, "body_too_large", status: 413)
        }
    }

    @Test func bodyOfManyMegabytesIsRefusedAndTheGatewayServesOn() async throws {
        try await HTTPFixture.run { fixture in
            let body = HTTPClientRequest.Body.bytes(ByteBuffer(repeating: 0x20, count: 8 << 20))
            let answer = try await fixture.send(
                .POST,
                HTTPFixture.upload,
                headers: ["content-type": "application/json"],
                body: body
            )
            try Self.expectProblem(answer, "body_too_large", status: 413)
            #expect(try await fixture.post(HTTPFixture.upload, Self.upload([:])).status == 200)
        }
    }

    @Test func bytesThatAreNoUTF8AreRefused() async throws {
        try await HTTPFixture.run { fixture in
            let body = Array(#"{"filename":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
            let answer = try await fixture.send(
                .POST,
                HTTPFixture.upload,
                headers: ["content-type": "application/json"],
                body: .bytes(ByteBuffer(bytes: body))
            )
            try Self.expectProblem(answer, "malformed", status: 400)
        }
    }

    @Test(arguments: [
        "/", "/api", "/api/v1/upload/s3/signed-url/x", "/api/v2/regions", "/api/v1/jobs", "/api/v1/jobs/a/b",
        "/healthz",
    ])
    func unknownPathsAreNotFound(path: String) async throws {
        try await HTTPFixture.run { fixture in
            try Self.expectProblem(try await fixture.get(path), "not_found", status: 404)
        }
    }

    @Test(
        arguments: [
            (.GET, HTTPFixture.upload, "POST"), (.PUT, HTTPFixture.upload, "POST"),
            (.DELETE, HTTPFixture.download, "POST"),
            (.POST, "/api/v1/regions", "GET, HEAD"), (.POST, "/api/v1/storage-classes", "GET, HEAD"),
            (.POST, "/api/v1/jobs/018bcfe5-6800-7000-8000-000000000000", "GET, HEAD, DELETE"),
            (.PROPFIND, HTTPFixture.upload, "POST"),
        ] as [(HTTPMethod, String, String)]
    )
    func otherMethodsAreRefusedWithTheAllowedOnes(method: HTTPMethod, path: String, allowed: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.send(method, path)
            try Self.expectProblem(answer, "method_not_allowed", status: 405)
            #expect(answer.header("allow") == allowed)
        }
    }
}
