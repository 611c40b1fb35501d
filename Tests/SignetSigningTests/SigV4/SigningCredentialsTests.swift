// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct SigningCredentialsTests {
    @Test(arguments: ["AKIAIOSFODNN7EXAMPLE", "a", "minio:admin", "{}!~\"%", String(repeating: "k", count: 128)])
    func anAccessKeyMayHaveAnyForm(accessKey: String) throws {
        #expect(try refusal { try SigningCredentials(accessKeyID: accessKey, secretAccessKey: "s") } == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "ä", "a\n", "\u{7F}", String(repeating: "k", count: 129)])
    func anAccessKeyThatBreaksTheScopeIsRefused(accessKey: String) throws {
        let refused = try refusal { try SigningCredentials(accessKeyID: accessKey, secretAccessKey: "s") }
        #expect(refused == Refusal(.invalidAccessKey, "accessKeyID"))
    }

    @Test(arguments: [(0, true), (1, false), (1_024, false), (1_025, true)])
    func aSecretHasOneToAThousandBytes(length: Int, isRefused: Bool) throws {
        let secret = String(repeating: "s", count: length)
        let refused = try refusal { try SigningCredentials(accessKeyID: "a", secretAccessKey: secret) }
        #expect(refused == (isRefused ? Refusal(.invalidAccessKey, "secretAccessKey") : nil))
    }

    @Test
    func anEmptySessionTokenIsNone() throws {
        let credentials = try Example.credentials(sessionToken: "")
        #expect(credentials.sessionToken == nil)
        #expect(try !Example.template(credentials: credentials).query.contains("X-Amz-Security-Token"))
    }
}
