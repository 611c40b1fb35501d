// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct S3SignerTests {
    private func signature(_ signer: S3Signer, region: String, time: SigningTime) throws -> SHA256Digest {
        let endpoint = S3Endpoint(host: "store.example", bucket: "examplebucket", region: region)
        return try signer.template(.getObject, at: endpoint, time: time, expiresIn: 60).sign(key: "k").signature
    }

    @Test
    func keptKeysEqualDerivedOnesThroughMoreScopesThanAreKept() throws {
        let signer = try S3Signer(credentials: Example.credentials())
        for _ in 1...2 {
            for region in (1...100).map({ "region-\($0)" }) {
                let fresh = try S3Signer(credentials: Example.credentials())
                #expect(
                    try signature(signer, region: region, time: Example.time())
                        == signature(fresh, region: region, time: Example.time())
                )
            }
        }
    }

    @Test
    func aKeyOfOneDayDoesNotSignAnother() throws {
        let signer = try S3Signer(credentials: Example.credentials())
        let fresh = try S3Signer(credentials: Example.credentials())
        let tomorrow = try SigningTime(unixSeconds: Example.unixSeconds + 86_400)
        _ = try signature(signer, region: "us-east-1", time: Example.time())
        #expect(
            try signature(signer, region: "us-east-1", time: tomorrow)
                == signature(fresh, region: "us-east-1", time: tomorrow)
        )
    }

    @Test
    func manyTasksShareASigner() async throws {
        let signer = try S3Signer(credentials: Example.credentials())
        let time = try Example.time()
        let signatures = try await withThrowingTaskGroup(of: (String, SHA256Digest).self) { group in
            for number in 0..<400 {
                group.addTask {
                    let region = "region-\(number % 80)"
                    return (region, try self.signature(signer, region: region, time: time))
                }
            }
            return try await group.reduce(into: [String: Set<SHA256Digest>]()) { $0[$1.0, default: []].insert($1.1) }
        }
        #expect(signatures.count == 80)
        for (region, found) in signatures {
            let fresh = try S3Signer(credentials: Example.credentials())
            #expect(try found == [signature(fresh, region: region, time: time)])
        }
    }

    @Test
    func anExpiredCredentialCompilesNoTemplate() throws {
        let credentials = try Example.credentials(sessionToken: "t", expiration: Example.unixSeconds)
        #expect(
            try refusal { try Example.template(credentials: credentials) } == Refusal(.credentialExpired, "credential")
        )
    }
}
