// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// What botocore signed is verified, and with another secret it is not.
@Suite(.takingTurnsBusy)
struct VerificationOracleTests {
    private static func refusals(
        _ request: ReceivedRequest,
        _ credentials: (String) throws -> SigningCredentials,
        secret: String,
        time: Int64
    ) throws -> [SignatureRefusal] {
        let claim = request.claim
        let verifier = try SignatureVerifier(
            credentials: credentials(secret),
            region: claim.region,
            service: claim.service
        )
        return verifier.verify(request, now: time).refusals
    }

    @Test
    func everyRecordedURLIsValidForItsSecretAlone() throws {
        let cases = try CorpusCase.read(Repository.file("Tests/SignetSigningTests/Corpus/corpus.jsonl"))
        #expect(cases.count >= 2_000)
        for example in cases {
            let request = try ReceivedRequest(
                method: example.method,
                url: example.url,
                headers: example.headers.map { ($0[0], $0[1]) }
            )
            func credentials(_ secret: String) throws -> SigningCredentials {
                try SigningCredentials(
                    accessKeyID: example.request.accessKey,
                    secretAccessKey: secret,
                    sessionToken: example.request.sessionToken
                )
            }
            let (secret, time) = (example.request.secretKey, example.request.time)
            let good = try Self.refusals(request, credentials, secret: secret, time: time)
            let bad = try Self.refusals(request, credentials, secret: secret + "x", time: time)
            guard good.isEmpty, bad == [.signatureMismatch] else {
                Issue.record("case \(example.id): \(good), \(bad)")
                return
            }
        }
    }

    @Test
    func newSignedRequestsOfARandomSeedAreValidForTheirSecretAlone() async throws {
        let seed = UInt32.random(in: 0 ... .max)
        print("verification: header_auth.py --seed \(seed) --count 400")
        for example in try await HeaderAuthOracleTests.cases(seed: seed, count: 400) {
            let request = try ReceivedRequest(
                method: example.method,
                url: example.url,
                headers: example.expected.map { ($0[0], $0[1]) }
            )
            func credentials(_ secret: String) throws -> SigningCredentials {
                try SigningCredentials(
                    accessKeyID: example.accessKey,
                    secretAccessKey: secret,
                    sessionToken: example.sessionToken
                )
            }
            let good = try Self.refusals(request, credentials, secret: example.secretKey, time: example.time)
            let bad = try Self.refusals(request, credentials, secret: example.secretKey + "x", time: example.time)
            #expect(good.isEmpty && bad == [.signatureMismatch], "seed \(seed), case \(example.id)")
        }
    }
}
