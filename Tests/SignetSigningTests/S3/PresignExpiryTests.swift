// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct PresignExpiryTests {
    private static let now = Example.unixSeconds

    @Test(arguments: [
        (nil, now + 3_600, PresignExpiry.Limit.request), (now + 3_601, now + 3_600, .request),
        (now + 3_600, now + 3_600, .request), (now + 3_599, now + 3_599, .credential), (now + 1, now + 1, .credential),
        (.max, now + 3_600, .request),
    ])
    func theEndIsTheEarlierOfRequestAndCredential(
        credential: Int64?,
        end: Int64,
        limit: PresignExpiry.Limit
    ) throws {
        let expiry = try PresignExpiry(seconds: 3_600, from: Example.time(), credentialExpiration: credential)
        #expect(expiry.seconds == 3_600)
        #expect(expiry.end == end)
        #expect(expiry.limitedBy == limit)
    }

    @Test(arguments: [now, now - 1, 0, .min])
    func anExpiredCredentialSignsNothing(credential: Int64) throws {
        let refused = try refusal {
            try PresignExpiry(seconds: 60, from: Example.time(), credentialExpiration: credential)
        }
        #expect(refused == Refusal(.credentialExpired, "credential"))
    }

    @Test(arguments: [
        (0, false), (-1, false), (.min, false), (1, true), (604_800, true), (604_801, false), (.max, false),
    ])
    func aURLLivesASecondToSevenDays(seconds: Int64, isTaken: Bool) throws {
        let refused = try refusal {
            try PresignExpiry(seconds: seconds, from: Example.time(), credentialExpiration: nil)
        }
        #expect(refused == (isTaken ? nil : Refusal(.invalidExpiry, "expiresIn")))
    }

    @Test
    func aTemplateTellsTheTrueEndAndSignsTheRequestedOne() throws {
        let credentials = try Example.credentials(sessionToken: "token", expiration: Self.now + 900)
        let template = try Example.template(credentials: credentials)
        #expect(template.expiry.end == Self.now + 900)
        #expect(template.expiry.limitedBy == .credential)
        let url = PresignedURL(template.url(for: try template.sign(key: "k")))
        #expect(url.value(of: "X-Amz-Expires") == "86400")
    }
}
