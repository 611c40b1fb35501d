// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Signed URLs and cookies of CloudFront over HTTP, by key rings that only workers have.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct CloudFrontTests {
    private static let domain = "d111111abcdef8.cloudfront.net"

    /// Runs a platform whose workers have the ring `default` of two keys, the second of which has begun, and `next`, whose
    /// key has not.
    private static func run(_ body: (Platform, _ key: String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-cf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key.pem").path
        let generated = try await runToEnd("openssl", ["genpkey", "-algorithm", "RSA", "-quiet", "-out", key])
        try #require(generated.0.isSuccess)
        let rings: [String: Any] = [
            "cloudFrontKeyRings": [
                "default": [
                    "keys": [
                        ["keyPairId": "KOLD", "privateKeyFile": key],
                        ["keyPairId": "KNEW", "privateKeyFile": key, "activeFrom": "2026-01-01T00:00:00Z"],
                    ]
                ],
                "next": [
                    "keys": [["keyPairId": "KNEXT", "privateKeyFile": key, "activeFrom": "2099-01-01T00:00:00Z"]]
                ],
                "others": ["keys": [["keyPairId": "KOTHER", "privateKeyFile": key]], "tenants": ["nobody"]],
            ]
        ]
        let file = folder.appending(path: "profiles.json")
        try JSONSerialization.data(withJSONObject: rings).write(to: file)
        try await Platform.run(Platform.Options(worker: ["SIGNET_WORKER_PROFILES_FILE": file.path])) { platform in
            try await body(platform, key)
        }
    }

    /// Whether OpenSSL's command verifies a signature by the key.
    private static func isVerified(_ policy: String, _ signature: String, key: String, hash: String) async throws
        -> Bool
    {
        let base64 = String(signature.map { ["-": "+", "_": "=", "~": "/"][$0] ?? $0 })
        let script = """
            import base64, sys
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.hazmat.primitives.asymmetric import padding
            from cryptography.exceptions import InvalidSignature
            key = serialization.load_pem_private_key(open(sys.argv[1], 'rb').read(), None).public_key()
            try:
                key.verify(base64.b64decode(sys.argv[3]), sys.argv[2].encode(), padding.PKCS1v15(), getattr(hashes, sys.argv[4])())
                print('yes', end='')
            except InvalidSignature:
                print('no', end='')
            """
        let answer = try await PythonEnvironment.run(source: script, arguments: [key, policy, base64, hash])
        return String(decoding: answer, as: UTF8.self) == "yes"
    }

    private static func post(_ platform: Platform, _ kind: String, _ body: [String: Any]) async throws -> JSONAnswer {
        try await JSONAnswer(platform.post("/api/v1/cloudfront/\(kind)", JSONAnswer.text(of: body)))
    }

    @Test func aURLIsSignedByTheKeyWhoseTimeHasCome() async throws {
        try await Self.run { platform, key in
            let answer = try await Self.post(
                platform,
                "signed-url",
                ["domain": Self.domain, "key": "vidéo 1.mp4", "query": "quality=hd", "expiresIn": 60]
            )
            #expect(answer.status == 200)
            #expect(try answer.text("keyPairId") == "KNEW")
            let url = try answer.text("url")
            let resource = "https://\(Self.domain)/vid%C3%A9o%201.mp4?quality=hd"
            #expect(url.hasPrefix(resource + "&Expires="))
            let parts = url.dropFirst(resource.count + 1).split(separator: "&").map { $0.split(separator: "=") }
            #expect(parts.map { $0[0] } == ["Expires", "Signature", "Key-Pair-Id"])
            let policy = """
                {"Statement":[{"Resource":"\(resource)","Condition":{"DateLessThan":{"AWS:EpochTime":\(parts[0][1])}}}]}
                """
            #expect(try await Self.isVerified(policy, String(parts[1][1]), key: key, hash: "SHA1"))

            // The event tells of it without the signature.
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            let events = String(decoding: try await kcat.dump(platform.topic("metrics")), as: UTF8.self)
            #expect(events.contains("CloudFrontSignedUrl"))
            #expect(!events.contains(String(parts[1][1])))
        }
    }

    @Test func urlsOfABatchAreSignedByTheSameKey() async throws {
        try await Self.run { platform, key in
            let items = (0..<20).map { ["key": "v/\($0).mp4", "query": "n=\($0)"] } + [["key": ""]]
            let answer = try await JSONAnswer(
                platform.post(
                    "/api/v1/batch/cloudfront/signed-urls",
                    JSONAnswer.text(of: ["defaults": ["domain": Self.domain, "expiresIn": 60], "items": items])
                )
            )
            #expect(answer.status == 200)
            let signed = try #require(answer["items"] as? [[String: Any]])
            #expect(signed.count == 21)
            #expect(signed[20]["code"] as? String == "missing_field")
            let url = try #require(signed[7]["url"] as? String)
            let resource = "https://\(Self.domain)/v/7.mp4?n=7"
            let parts = url.dropFirst(resource.count + 1).split(separator: "&").map { $0.split(separator: "=") }
            #expect(url.hasPrefix(resource) && parts.map { $0[0] } == ["Expires", "Signature", "Key-Pair-Id"])
            let policy = """
                {"Statement":[{"Resource":"\(resource)","Condition":{"DateLessThan":{"AWS:EpochTime":\(parts[0][1])}}}]}
                """
            #expect(try await Self.isVerified(policy, String(parts[1][1]), key: key, hash: "SHA1"))
        }
    }

    @Test func cookiesOpenAFolderToARangeOfAddresses() async throws {
        try await Self.run { platform, key in
            let answer = try await Self.post(
                platform,
                "signed-cookies",
                [
                    "domain": Self.domain, "key": "hls/index.m3u8", "resource": "https://\(Self.domain)/hls/*",
                    "ipRange": "203.0.113.9/24", "notBefore": "2026-01-01T00:00:00Z", "hashAlgorithm": "SHA256",
                ]
            )
            #expect(answer.status == 200)
            #expect(try answer.text("url") == "https://\(Self.domain)/hls/index.m3u8")
            let cookies = try #require(answer["cookies"] as? [String: String])
            #expect(
                Set(cookies.keys) == [
                    "CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm",
                ]
            )
            let base64 = String((cookies["CloudFront-Policy"] ?? "").map { ["-": "+", "_": "=", "~": "/"][$0] ?? $0 })
            let policy = String(decoding: try #require(Data(base64Encoded: base64)), as: UTF8.self)
            #expect(policy.contains(#""AWS:SourceIp":"203.0.113.0/24""#))
            #expect(policy.contains(#""DateGreaterThan":{"AWS:EpochTime":1767225600}"#))
            let signature = cookies["CloudFront-Signature"] ?? ""
            #expect(try await Self.isVerified(policy, signature, key: key, hash: "SHA256"))
        }
    }

    @Test func mistakesAreNamed() async throws {
        let mistakes: [(changes: [String: Any], code: String, field: String, status: Int)] = [
            (["domain": ""], "missing_field", "domain", 400), (["key": ""], "missing_field", "key", 400),
            (["domain": "not a host"], "invalid_domain", "domain", 400),
            (["expiresIn": 0], "invalid_expiry", "expiresIn", 400),
            (["expiresIn": -1], "invalid_expiry", "expiresIn", 400),
            (["expiresIn": 10_000_000_000_000_000], "invalid_expiry", "expiresIn", 400),
            (["expiresIn": Int64.max], "invalid_expiry", "expiresIn", 400),
            (["ipRange": "::1/64"], "invalid_ip_range", "ipRange", 400),
            (["resource": "https://ü.example/*"], "invalid_resource", "resource", 400),
            (["notBefore": "2099-01-01T00:00:00Z"], "invalid_time", "notBefore", 400),
            (["query": "Policy=x"], "invalid_query", "query", 400),
            (["hashAlgorithm": "MD5"], "invalid_value", "hashAlgorithm", 400),
            (["keyRing": "nothing"], "unknown_profile", "keyRing", 403),
            (["keyRing": "others"], "unknown_profile", "keyRing", 403),
            (["keyRing": "next"], "invalid_key_pair", "keyRing", 400),
            (["key": String(repeating: "k", count: 1_025)], "invalid_key", "key", 400),
        ]
        try await Self.run { platform, _ in
            for mistake in mistakes {
                let body: [String: Any] = ["domain": Self.domain, "key": "a.jpg"]
                let answer = try await Self.post(platform, "signed-url", body.merging(mistake.changes) { $1 })
                #expect(answer.status == mistake.status, "\(mistake)")
                #expect(answer["code"] as? String == mistake.code, "\(mistake)")
                #expect(answer["field"] as? String == mistake.field, "\(mistake)")
            }
            let events = try await Kcat(bootstrapServers: platform.bootstrapServers).consume(
                platform.topic("metrics"),
                format: "%h|%s\n"
            )
            let text = String(decoding: events, as: UTF8.self)
            let refused = text.split(separator: "\n").filter { $0.contains("ce_type=signet.job.failed.v1") }
            #expect(!refused.isEmpty)
            #expect(
                refused.contains { $0.contains(#""domain":"\#(Self.domain)""#) && $0.contains("CloudFrontSignedUrl") }
            )
        }
    }
}
