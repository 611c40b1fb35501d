// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct SigV4AKeyTests {
    private static func key(_ accessKeyID: String, _ secret: String) throws -> SigV4AKey {
        try SigV4AKey(credentials: SigningCredentials(accessKeyID: accessKeyID, secretAccessKey: secret))
    }

    /// The vector that AWS's implementations share (aws-c-auth, `key_derivation_tests.c`).
    @Test
    func thePublishedSecretGivesThePublishedKey() throws {
        let key = try Self.key("AKISORANDOMAASORANDOM", "q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom")
        #expect(
            key.publicKey.description == "04"
                + "15d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb"
                + "0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0"
        )
    }

    /// A signed request of AWS's test suite (aws-c-auth, `aws-signing-test-suite/v4a/get-vanilla-query-order-key-case`).
    @Test
    func aPublishedSignatureIsVerified() throws {
        let time = try SigningTime(amzDate: "20150830T123600Z")
        let request = try CanonicalRequest(
            method: "GET",
            path: "/",
            query: "Param1=value1&Param2=value2&X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256"
                + "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z"
                + "&X-Amz-Expires=3600&X-Amz-Region-Set=us-east-1&X-Amz-SignedHeaders=host",
            headers: CanonicalHeaders(host: "example.amazonaws.com", headers: []),
            payload: .empty
        )
        let string = StringToSign(
            time: time,
            scope: MultiRegionScope(dateStamp: "20150830", service: "service"),
            canonicalRequest: request
        )
        let signature =
            "304402207c976c47b1bcf7333ad10fcf78498bb14a368a6cd8f58703d47c9e91c4468c13"
            + "022059a3715bafae9410271bf3355ccd0bbc622fe90f3c0168203d83323297789de5"
        #expect(
            request.hash.hexadecimal == "c688584c3dbae2868c4911c825239f2c9375e66b9962f21db60b9b2fcd75bf45"
        )
        let key = try Self.key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").publicKey
        #expect(
            key.description == "04"
                + "b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1"
                + "865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518"
        )
        #expect(key.verifies(signature, of: string))
        #expect(try SigV4APublicKey(point: key.point).verifies(signature, of: string))
        let other = try Self.key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").publicKey
        #expect(!other.verifies(signature, of: string))
        for wrong in ["", "30", signature + "00", String(signature.dropLast(2)), signature.uppercased(), "zz"] {
            #expect(!key.verifies(wrong, of: string))
        }
    }

    @Test
    func equalStringsGetOtherSignaturesThatAllVerify() throws {
        let key = try Self.key("AKIDEXAMPLE", "secret")
        let request = try CanonicalRequest(
            method: "GET",
            path: "/",
            query: "",
            headers: CanonicalHeaders(host: "h", headers: [])
        )
        let string = StringToSign(
            time: try Example.time(),
            scope: MultiRegionScope(dateStamp: "20130524"),
            canonicalRequest: request
        )
        let signatures = try Set((0..<50).map { _ in try key.signature(of: string) })
        #expect(signatures.count == 50)
        for signature in signatures { #expect(key.publicKey.verifies(signature, of: string)) }
    }

    @Test
    func manyTasksShareAKey() async throws {
        let presigner = try MultiRegionPresigner(credentials: Example.credentials())
        let verifier = try SignatureVerifier(credentials: Example.credentials())
        let time = try Example.time()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let url = try presigner.presign("GET", host: "h", path: "/\(number)", at: time, expiresIn: 60)
                    return try verifier.verify(ReceivedRequest(method: "GET", url: url.url), now: time.unixSeconds)
                        .isValid
                }
            }
            for try await isValid in group { #expect(isValid) }
        }
    }

    /// The order of P-256 (FIPS 186-5; SP 800-186, section 3.2.1.3) less two is the largest that is taken.
    @Test(arguments: [
        ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f", true),
        ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", false),
        ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", false),
        ("ffffffff00000001000000000000000000000000000000000000000000000000", false),
        ("fffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff", true),
        ("0000000000000000000000000000000000000000000000000000000000000000", true),
        ("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false),
    ])
    func candidatesOutOfRangeAreNotTaken(digits: String, isTaken: Bool) {
        #expect(SigV4AKeyDerivation.isAtMostLargest(Self.bytes(digits)) == isTaken)
    }

    @Test(arguments: [("00", "01"), ("00ff", "0100"), ("00ffff", "010000"), ("12fe", "12ff")])
    func oneIsAddedWithItsCarry(before: String, after: String) {
        var bytes = Self.bytes(before)
        SigV4AKeyDerivation.increment(&bytes)
        #expect(bytes == Self.bytes(after))
    }

    @Test
    func pointsThatAreNotOnTheCurveAreRefused() throws {
        let good = try Self.key("a", "b").publicKey.point
        var off = good
        off[64] ^= 1
        let wrong: [[UInt8]] = [[], [0x04], Array(good.dropLast()), off, [0x02] + good[1...32], good + [0]]
        for point in wrong {
            #expect(try refusal { try SigV4APublicKey(point: point) } == Refusal(.signingFailed, "key"))
        }
    }

    @Test
    func nothingOfTheKeyIsShown() throws {
        let key = try Self.key("AKIDEXAMPLE", "wJalrXUtnFEMI")
        let presigner = try MultiRegionPresigner(credentials: Example.credentials(sessionToken: "SECRETTOKEN"))
        let url = try presigner.presign("GET", host: "h.example", path: "/k", at: Example.time(), expiresIn: 60)
        let signature = try #require(PresignedURL(url.url).value(of: "X-Amz-Signature"))
        let values: [Any] = [key, presigner, url]
        for face in values.flatMap({ faces(of: $0) }) {
            for secret in ["wJalrXUtnFEMI", "SECRETTOKEN", signature, "P256Key", Example.secretAccessKey] {
                #expect(!face.contains(secret))
            }
        }
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.compactMap { UInt8(String($0), radix: 16) }
        return stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
