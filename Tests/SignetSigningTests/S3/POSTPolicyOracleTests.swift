// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Forms for uploads against botocore's `generate_presigned_post`: `Oracles/post_policy.py`.
@Suite(.takingTurnsBusy)
struct POSTPolicyOracleTests {
    struct Case: Decodable {
        let id: Int
        let key: String
        let given: [[String]]
        let startsWith: [[String]]
        let length: [Int64]?
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let time: Int64
        let expires: Int64
        let region: String
        let fields: [String: String]

        func credentials() throws -> SigningCredentials {
            try SigningCredentials(accessKeyID: accessKey, secretAccessKey: secretKey, sessionToken: sessionToken)
        }
    }

    /// A policy as a JSON parser that is not ours reads it.
    private struct Policy: Equatable {
        let expiration: String
        /// Bytes of each condition's parts, sorted: strings compare by what they look like.
        let conditions: [[UInt8]]

        init(_ encoded: String) throws {
            let data = try #require(Data(base64Encoded: encoded))
            let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            expiration = try #require(object["expiration"] as? String)
            let list = try #require(object["conditions"] as? [Any])
            conditions = try list.map { condition in
                let parts: [Any]
                if let pair = condition as? [String: String] {
                    try #require(pair.count == 1)
                    parts = ["eq"] + pair.flatMap { [$0.key, $0.value] }
                } else {
                    parts = try #require(condition as? [Any])
                }
                return Array(parts.map { "\($0)" }.joined(separator: "\u{0}\u{0}").utf8)
            }.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    @Test
    func newFormsOfARandomSeedEqualBotocores() async throws {
        let seed = UInt32.random(in: 0 ... .max)
        print("POST policies: post_policy.py --seed \(seed) --count 400")
        let output = try await PythonEnvironment.run(
            script: Repository.file("Tests/SignetSigningTests/Oracles/post_policy.py"),
            arguments: ["--seed", "\(seed)", "--count", "400"]
        )
        let cases = try output.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONDecoder().decode(Case.self, from: Data(line))
        }
        #expect(cases.count == 400)
        for example in cases {
            let place = "seed \(seed), case \(example.id)"
            let time = try SigningTime(unixSeconds: example.time)
            var policy = POSTPolicy(bucket: "examplebucket", key: example.key)
            policy.fields = example.given.map { ($0[0], $0[1]) }
            policy.conditions = example.startsWith.map { .startsWith(field: $0[0], prefix: $0[1]) }
            if let length = example.length { policy.conditions.append(.contentLength(from: length[0], to: length[1])) }
            let credentials = try example.credentials()
            let post = try policy.signed(
                with: credentials,
                at: time,
                expiresIn: example.expires,
                region: example.region
            )
            // The fields, but for those that depend on how the policy is written.
            let written: Set<String> = ["policy", "x-amz-signature"]
            let ours = post.fields.filter { !written.contains($0.name) }
            let theirs = example.fields.filter { !written.contains($0.key) }
            #expect(ours.count == theirs.count, "\(place)")
            for (name, value) in ours { #expect(theirs[name].map { Array($0.utf8) } == Array(value.utf8), "\(place)") }
            // The policies mean the same.
            let encoded = try #require(example.fields["policy"])
            let field = try #require(post.fields.first { $0.name == "policy" })
            #expect(try Policy(field.value) == Policy(encoded), "\(place)")
            // Our signature of botocore's own text is botocore's.
            let text = String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
            let key = SigningKey(
                credentials: credentials,
                scope: CredentialScope(dateStamp: time.dateStamp, region: example.region)
            )
            #expect(
                POSTPolicyDocument(text: text).signature(by: key).hexadecimal == example.fields["x-amz-signature"],
                "\(place)"
            )
            #expect(post.fields.last?.value == post.document.signature(by: key).hexadecimal, "\(place)")
        }
    }
}
