// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Requests signed in their headers, against botocore's: `Oracles/header_auth.py`.
@Suite(.takingTurnsBusy)
struct HeaderAuthOracleTests {
    struct Case: Decodable {
        let id: Int
        let method: String
        let host: String
        let path: String
        let query: [[String]]
        let headers: [[String]]
        let kind: String
        let body: Data
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let time: Int64
        let region: String
        let service: String
        let url: String
        let expected: [[String]]

        func request() -> SignableRequest {
            SignableRequest(
                method: method,
                host: host,
                path: path,
                query: query.map { ($0[0], $0[1]) },
                headers: headers.map { ($0[0], $0[1]) },
                payload: kind == "unsigned" ? .unsigned : PayloadHash(hash: Array(body))
            )
        }

        func credentials() throws -> SigningCredentials {
            try SigningCredentials(accessKeyID: accessKey, secretAccessKey: secretKey, sessionToken: sessionToken)
        }
    }

    static func cases(seed: UInt32, count: Int) async throws -> [Case] {
        let output = try await PythonEnvironment.run(
            script: Repository.file("Tests/SignetSigningTests/Oracles/header_auth.py"),
            arguments: ["--seed", "\(seed)", "--count", "\(count)"]
        )
        return try output.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONDecoder().decode(Case.self, from: Data(line))
        }
    }

    @Test
    func newRequestsOfARandomSeedEqualBotocores() async throws {
        let seed = UInt32.random(in: 0 ... .max)
        print("header authentication: header_auth.py --seed \(seed) --count 400")
        let cases = try await Self.cases(seed: seed, count: 400)
        #expect(cases.count == 400)
        for example in cases {
            let signed = try example.request().signed(
                with: example.credentials(),
                at: SigningTime(unixSeconds: example.time),
                region: example.region,
                service: example.service
            )
            #expect(
                signed.headers.map { [$0.name, $0.value] }.sorted { $0[0] < $1[0] } == example.expected,
                "seed \(seed), case \(example.id)"
            )
            let parts = PresignedURL(example.url)
            #expect(signed.path == parts.path, "seed \(seed), case \(example.id)")
            let query = signed.query.split(separator: "&").map(String.init)
            #expect(query.sorted() == parts.query.filter { !$0.isEmpty }.sorted(), "seed \(seed), case \(example.id)")
        }
        // What is generated does cover what it is to prove.
        #expect(Set(cases.map(\.kind)) == ["none", "body", "unsigned"])
        #expect(cases.contains { $0.sessionToken != nil } && cases.contains { $0.path.contains("/../") })
    }
}
