// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Requests that a real S3 server takes, and those that it refuses: Ceph's gateway checks every signature.
@Suite(.takingTurns, .timeLimit(.minutes(3)))
struct RadosGatewaySigningTests {
    private let gateway: RadosGateway
    private let credentials: SigningCredentials
    private let time: SigningTime

    init() async throws {
        gateway = try await RadosGateway.shared()
        credentials = try SigningCredentials(accessKeyID: gateway.accessKey, secretAccessKey: gateway.secretKey)
        time = try SigningTime(unixSeconds: Int64(Date().timeIntervalSince1970))
    }

    private func send(_ request: SignableRequest, body: Data? = nil) async throws -> CurlResponse {
        let signed = try request.signed(with: credentials, at: time, region: gateway.region)
        return try await Curl.send(
            signed.method,
            "http://\(signed.host)\(signed.target)",
            headers: signed.headers,
            body: body
        )
    }

    private func request(_ method: String, _ path: String) -> SignableRequest {
        SignableRequest(method: method, host: "127.0.0.1:\(gateway.port)", path: "/\(gateway.bucket)\(path)")
    }

    private func upload(_ post: PresignedPOST, file: Data, changing: [String: String] = [:]) async throws -> Int {
        let boundary = "signet-\(UUID().uuidString)"
        var body = Data()
        for field in post.fields {
            let value = changing[field.name] ?? field.value
            body += Data(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(value)\r\n".utf8
            )
        }
        body += Data(
            ("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\n").utf8
        )
        body += file + Data("\r\n--\(boundary)--\r\n".utf8)
        return try await Curl.send(
            "POST",
            "\(gateway.endpoint)/\(gateway.bucket)",
            headers: [("Content-Type", "multipart/form-data; boundary=\(boundary)")],
            body: body
        ).status
    }

    @Test
    func requestsSignedInTheirHeadersAreTaken() async throws {
        let body = Data("Hello, ü".utf8)
        var put = request("PUT", "/header auth/ü+%2F$'()*!,;:@&=?#~.txt")
        put.headers = [("Content-Type", "text/plain"), ("x-amz-meta-a", "x   y")]
        put.payload = PayloadHash(hash: Array(body))
        #expect(try await send(put, body: body).status == 200)
        var get = put
        get.method = "GET"
        get.headers = [("Range", "bytes=0-4")]
        get.payload = .empty
        let part = try await send(get)
        #expect(part.status == 206 && part.body == Data("Hello".utf8))
        var list = request("GET", "")
        list.query = [("list-type", "2"), ("prefix", "header auth/ü+%2F$'()*!,;:@&=?#~"), ("max-keys", "1")]
        let listed = try await send(list)
        #expect(listed.status == 200 && String(decoding: listed.body, as: UTF8.self).contains("<KeyCount>1</KeyCount>"))
        var unsigned = put
        unsigned.payload = .unsigned
        #expect(try await send(unsigned, body: Data("any".utf8)).status == 200)
        // Another body than the signed one.
        #expect(try await send(put, body: Data("other".utf8)).status == 400)
    }

    @Test
    func formsAreTakenIfTheyMeetTheirPolicyAndElseRefused() async throws {
        let policy = POSTPolicy(
            bucket: gateway.bucket,
            key: "forms/ü \"\\/${filename}",
            fields: [("success_action_status", "201"), ("Content-Type", "text/plain"), ("x-amz-meta-a", "ü")],
            conditions: [.startsWith(field: "Content-Type", prefix: "text/"), .contentLength(from: 2, to: 5)]
        )
        let post = try policy.signed(with: credentials, at: time, expiresIn: 60, region: gateway.region)
        #expect(try await upload(post, file: Data("12345".utf8)) == 201)
        let uploaded = try await send(request("GET", "/forms/ü \"\\/photo.txt"))
        #expect(uploaded.status == 200 && uploaded.body == Data("12345".utf8))
        #expect(try await upload(post, file: Data("12345".utf8), changing: ["Content-Type": "text/html"]) == 201)

        #expect(try await upload(post, file: Data("1".utf8)) == 400)
        #expect(try await upload(post, file: Data("123456".utf8)) == 400)
        for (name, value) in [("key", "other"), ("Content-Type", "image/png"), ("x-amz-meta-a", "u")] {
            #expect(try await upload(post, file: Data("123".utf8), changing: [name: value]) == 403, "\(name)")
        }
        let signature = String(repeating: "0", count: 64)
        #expect(try await upload(post, file: Data("123".utf8), changing: ["x-amz-signature": signature]) == 403)
    }
}
