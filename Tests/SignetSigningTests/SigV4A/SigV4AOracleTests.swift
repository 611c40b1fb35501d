// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// SigV4A against awscrt, which signs by a library of its own, and against `cryptography`: `Oracles/sigv4a.py`.
@Suite(.takingTurnsBusy)
struct SigV4AOracleTests {
    struct Case: Decodable {
        let id: Int
        let accessKey: String
        let secretKey: String
        let sessionToken: String?
        let time: Int64
        let expires: Int64
        let regionSet: String
        let method: String
        let host: String
        let path: String
        let query: [[String]]
        let headers: [[String]]
        let inQuery: Bool
        let target: String
        let sent: [[String]]

        func credentials(secret: String? = nil) throws -> SigningCredentials {
            try SigningCredentials(
                accessKeyID: accessKey,
                secretAccessKey: secret ?? secretKey,
                sessionToken: sessionToken
            )
        }
    }

    private struct Question: Encodable {
        let publicKey: String
        let text: String
        let signature: String
    }

    private static let script = Repository.file("Tests/SignetSigningTests/Oracles/sigv4a.py")

    private static func cases() async throws -> (seed: UInt32, cases: [Case]) {
        let seed = UInt32.random(in: 0 ... .max)
        print("SigV4A: sigv4a.py sign --seed \(seed) --count 300")
        let arguments = ["sign", "--seed", "\(seed)", "--count", "300"]
        let output = try await PythonEnvironment.run(script: script, arguments: arguments)
        let cases = try output.split(separator: UInt8(ascii: "\n")).map { line in
            try JSONDecoder().decode(Case.self, from: Data(line))
        }
        #expect(cases.count == 300)
        return (seed, cases)
    }

    @Test
    func whatAwscrtSignedIsValidForItsSecretAlone() async throws {
        let (seed, cases) = try await Self.cases()
        for example in cases {
            let request = try ReceivedRequest(
                method: example.method,
                host: example.host,
                target: example.target,
                headers: example.sent.map { ($0[0], $0[1]) }
            )
            #expect(request.claim.algorithm == .ecdsa && request.claim.regionSet?.text == example.regionSet)
            let good = try SignatureVerifier(credentials: example.credentials())
            #expect(good.verify(request, now: example.time).refusals == [], "seed \(seed), case \(example.id)")
            let bad = try SignatureVerifier(credentials: example.credentials(secret: example.secretKey + "x"))
            #expect(bad.verify(request, now: example.time).refusals == [.signatureMismatch])
        }
        #expect(cases.contains { $0.inQuery } && cases.contains { !$0.inQuery })
    }

    @Test
    func ourURLsEqualAwscrtsButForTheSignatureWhichOthersVerify() async throws {
        let (seed, cases) = try await Self.cases()
        var questions: [Question] = []
        for example in cases where example.inQuery {
            let place = "seed \(seed), case \(example.id)"
            let time = try SigningTime(unixSeconds: example.time)
            let credentials = try example.credentials()
            let url = try MultiRegionPresigner(credentials: credentials).presign(
                example.method,
                host: example.host,
                path: example.path,
                query: example.query.map { ($0[0], $0[1]) },
                headers: example.headers.map { ($0[0], $0[1]) },
                regionSet: RegionSet(example.regionSet),
                at: time,
                expiresIn: example.expires
            )
            let ours = PresignedURL(url.url)
            let theirs = PresignedURL("https://\(example.host)\(example.target)")
            let isUnsigned: (String) -> Bool = { !$0.hasPrefix("X-Amz-Signature=") }
            #expect(ours.path == theirs.path, "\(place)")
            #expect(ours.query.filter(isUnsigned).sorted() == theirs.query.filter(isUnsigned).sorted(), "\(place)")

            // A key that awscrt's signatures are valid for verifies ours, by an implementation that is not ours.
            let request = try ReceivedRequest(method: url.method, url: url.url, headers: url.headers)
            let verification = SignatureVerifier(credentials: credentials).verify(request, now: example.time)
            #expect(verification.isValid, "\(place)")
            let key = try SigV4AKey(credentials: credentials).publicKey
            let signature = try #require(ours.value(of: "X-Amz-Signature"))
            let text = verification.stringToSign.text
            questions.append(Question(publicKey: key.description, text: text, signature: signature))
            questions.append(Question(publicKey: key.description, text: text + "x", signature: signature))
        }
        #expect(questions.count > 300)
        let input = try questions.map { try JSONEncoder().encode($0) + Data("\n".utf8) }.reduce(Data(), +)
        let output = try await PythonEnvironment.run(script: Self.script, arguments: ["verify"], input: input)
        let answers = try JSONDecoder().decode([Bool].self, from: output)
        #expect(answers == questions.indices.map { $0 % 2 == 0 }, "seed \(seed)")
    }
}
