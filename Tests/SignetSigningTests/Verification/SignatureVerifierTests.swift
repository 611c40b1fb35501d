// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct SignatureVerifierTests {
    private static let now = Example.unixSeconds

    private static func verifier(
        secret: String = Example.secretAccessKey,
        accessKeyID: String = Example.accessKeyID,
        token: String? = nil,
        expiration: Int64? = nil,
        region: String? = "us-east-1",
        service: String = "s3"
    ) throws -> SignatureVerifier {
        try SignatureVerifier(
            credentials: SigningCredentials(
                accessKeyID: accessKeyID,
                secretAccessKey: secret,
                sessionToken: token,
                expiration: expiration
            ),
            region: region,
            service: service
        )
    }

    private static func presigned(token: String? = nil) throws -> ReceivedRequest {
        let template = try Example.template(credentials: Example.credentials(sessionToken: token))
        return try ReceivedRequest(method: "GET", url: template.url(forKey: "k"))
    }

    private static func signed(_ change: (inout SignableRequest) -> Void = { _ in }) throws -> SignedRequest {
        var request = SignableRequest(method: "PUT", host: "h.example", path: "/b/k", query: [("partNumber", "1")])
        request.payload = PayloadHash(hash: Array("body".utf8))
        change(&request)
        return try request.signed(with: Example.credentials(), at: Example.time(), region: "us-east-1")
    }

    private static func received(
        _ signed: SignedRequest,
        _ change: (inout [(name: String, value: String)]) -> Void = { _ in }
    ) throws -> ReceivedRequest {
        var headers = signed.headers
        change(&headers)
        return try ReceivedRequest(method: signed.method, host: signed.host, target: signed.target, headers: headers)
    }

    /// AWS's own example (S3 API Reference, "Authenticating Requests: Using Query Parameters").
    @Test
    func thePublishedURLIsValid() throws {
        let url =
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        let verification = try Self.verifier().verify(ReceivedRequest(method: "GET", url: url), now: Self.now)
        #expect(verification.isValid && verification.end == Self.now + 86_400)
        #expect(
            verification.canonicalRequest.hash.hexadecimal
                == "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
        )
        #expect(verification.stringToSign.text.hasSuffix(verification.canonicalRequest.hash.hexadecimal))
        let asHead = try Self.verifier().verify(ReceivedRequest(method: "HEAD", url: url), now: Self.now)
        #expect(asHead.refusals == [.signatureMismatch] && asHead.canonicalRequest.text.hasPrefix("HEAD\n"))
    }

    /// AWS's own example of a signed PUT (S3 API Reference, "Transferring Payload in a Single Chunk").
    @Test
    func thePublishedAuthorizationIsValid() throws {
        let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        let headers = [
            ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("x-amz-content-sha256", hash),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                    + "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                    + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ),
        ]
        func verify(_ target: String) throws -> SignatureVerification {
            let request = try ReceivedRequest(
                method: "PUT",
                host: "examplebucket.s3.amazonaws.com",
                target: target,
                headers: headers
            )
            return try Self.verifier().verify(
                request,
                body: PayloadHash(hash: Array("Welcome to Amazon S3.".utf8)),
                now: Self.now
            )
        }
        // A dollar sign needs no escape on the wire, but has one in what is signed.
        #expect(try verify("/test$file.text").isValid && verify("/test%24file.text").isValid)
        #expect(try verify("/test%2524file.text").refusals == [.signatureMismatch])
    }

    @Test(arguments: [
        (-900, true), (-901, false), (0, true), (86_399, true), (86_400, false), (Int64.min, false), (Int64.max, false),
    ])
    func aURLIsValidFromItsSigningToItsEnd(seconds: Int64, isValid: Bool) throws {
        let now = seconds.magnitude > 1 << 40 ? seconds : Self.now + seconds
        let refusals = try Self.verifier().verify(Self.presigned(), now: now).refusals
        let late = SignatureRefusal.expired(at: Self.now + 86_400)
        let early = SignatureRefusal.notYetValid(until: Self.now - 900)
        #expect(refusals == (isValid ? [] : [seconds < 0 ? early : late]))
    }

    @Test(arguments: [(-900, true), (-901, false), (900, true), (901, false), (Int64.min, false), (Int64.max, false)])
    func aSignedRequestIsTakenWithinFifteenMinutes(seconds: Int64, isValid: Bool) throws {
        let now = seconds.magnitude > 1 << 40 ? seconds : Self.now + seconds
        let verification = try Self.verifier().verify(Self.received(Self.signed()), now: now)
        let late = SignatureRefusal.tooOld(signedAt: Self.now)
        let early = SignatureRefusal.notYetValid(until: Self.now - 900)
        #expect(verification.refusals == (isValid ? [] : [seconds < 0 ? early : late]))
        #expect(verification.end == Self.now + 901)
    }

    @Test
    func theCredentialsEndIsTheRequestsEnd() throws {
        let verifier = try Self.verifier(token: "t", expiration: Self.now + 60)
        let request = try Self.presigned(token: "t")
        #expect(verifier.verify(request, now: Self.now + 59).isValid)
        #expect(verifier.verify(request, now: Self.now).end == Self.now + 60)
        #expect(verifier.verify(request, now: Self.now + 60).refusals == [.credentialExpired(at: Self.now + 60)])
    }

    @Test
    func anotherCredentialIsTold() throws {
        let request = try Self.presigned()
        let other = try Self.verifier(accessKeyID: "AKIAOTHER").verify(request, now: Self.now)
        #expect(other.refusals == [.otherAccessKey(Example.accessKeyID)])
        let secret = try Self.verifier(secret: "other").verify(request, now: Self.now)
        #expect(secret.refusals == [.signatureMismatch])
        let missing = try Self.verifier(token: "t").verify(request, now: Self.now)
        #expect(missing.refusals == [.missingSessionToken])
        let temporary = try Self.presigned(token: "t")
        #expect(try Self.verifier().verify(temporary, now: Self.now).refusals == [.unexpectedSessionToken])
        #expect(try Self.verifier(token: "u").verify(temporary, now: Self.now).refusals == [.otherSessionToken])
        #expect(try Self.verifier(token: "t").verify(temporary, now: Self.now).isValid)
    }

    @Test
    func anotherScopeIsTold() throws {
        let request = try Self.presigned()
        let region = try Self.verifier(region: "eu-central-1").verify(request, now: Self.now)
        #expect(region.refusals == [.otherRegion("us-east-1", expected: "eu-central-1")])
        #expect(try Self.verifier(region: nil).verify(request, now: Self.now).isValid)
        let service = try Self.verifier(service: "s3express").verify(request, now: Self.now)
        #expect(service.refusals == [.otherService("s3", expected: "s3express")])
    }

    @Test
    func aScopeOfAnotherDayIsTold() throws {
        // Signed by hand: our own signers never make it.
        let scope = CredentialScope(dateStamp: "20130523", region: "us-east-1")
        let query =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130523%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        let canonical = try CanonicalRequest(
            method: "GET",
            path: "/k",
            query: query,
            headers: CanonicalHeaders(host: "h.example", headers: [])
        )
        let string = try StringToSign(time: Example.time(), scope: scope, canonicalRequest: canonical)
        let signature = try SigningKey(credentials: Example.credentials(), scope: scope).signature(of: string)
        let url = "https://h.example/k?\(query)&X-Amz-Signature=\(signature.hexadecimal)"
        let verification = try Self.verifier().verify(ReceivedRequest(method: "GET", url: url), now: Self.now)
        #expect(verification.refusals == [.otherDate(scope: "20130523", time: "20130524T000000Z")])
    }

    @Test
    func signedHeadersMustBeSentAsTheyWereSigned() throws {
        let template = try Example.template(
            .putObject,
            headers: [("content-type", "text/plain"), ("x-amz-meta-a", "x  y")]
        )
        func verify(_ headers: [(name: String, value: String)]) throws -> [SignatureRefusal] {
            let request = try ReceivedRequest(method: "PUT", url: template.url(forKey: "k"), headers: headers)
            return try Self.verifier().verify(request, now: Self.now).refusals
        }
        #expect(try verify(template.headers) == [])
        #expect(try verify([("Content-Type", " text/plain "), ("X-AMZ-Meta-A", "x y")]) == [])
        #expect(try verify([("content-type", "text/plain")]) == [.headerNotSent("x-amz-meta-a")])
        #expect(try verify([]) == [.headerNotSent("content-type"), .headerNotSent("x-amz-meta-a")])
        #expect(try verify([("content-type", "text/html"), ("x-amz-meta-a", "x y")]) == [.signatureMismatch])
        #expect(try verify(template.headers + [("x-amz-meta-a", "z")]) == [.signatureMismatch])
        // Others may be added on the way, but none that S3 acts on.
        #expect(try verify(template.headers + [("user-agent", "curl"), ("x-amzn-trace-id", "1")]) == [])
        #expect(
            try verify(template.headers + [("x-amz-acl", "public-read"), ("X-Amz-Tagging", "a=b")])
                == [.headersNotSigned(["x-amz-acl", "x-amz-tagging"])]
        )
    }

    @Test
    func aSignatureWithoutTheHostIsRefused() throws {
        let request = try Self.received(Self.signed()) { headers in
            headers[headers.count - 1].value.replace("SignedHeaders=host;", with: "SignedHeaders=")
        }
        #expect(
            try Self.verifier().verify(request, now: Self.now).refusals
                == [.headersNotSigned(["host"]), .signatureMismatch]
        )
    }

    @Test
    func headersOfSeveralLinesAreJoinedWithCommas() throws {
        let signed = try Self.signed { $0.headers = [("x-amz-meta-a", "1,2")] }
        let request = try Self.received(signed) { headers in
            headers.removeAll { $0.name == "x-amz-meta-a" }
            headers += [("X-Amz-Meta-A", " 1 "), ("x-amz-meta-a", "2")]
        }
        #expect(try Self.verifier().verify(request, now: Self.now).isValid)
    }

    @Test
    func aBodyOfAnotherHashIsTold() throws {
        let request = try Self.received(Self.signed())
        let verifier = try Self.verifier()
        #expect(verifier.verify(request, body: PayloadHash(hash: Array("body".utf8)), now: Self.now).isValid)
        #expect(verifier.verify(request, body: .empty, now: Self.now).refusals == [.payloadDiffers])
        #expect(verifier.verify(request, now: Self.now).isValid)
        let unsigned = try Self.received(Self.signed { $0.payload = .unsigned })
        #expect(verifier.verify(unsigned, body: .empty, now: Self.now).isValid)
    }

    /// As the JavaScript SDK's presigner writes it: the payload's hash stands in the query.
    @Test
    func aPresignedURLMaySayItsPayloadInTheQuery() throws {
        let template = try Example.template(query: [("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")])
        let request = try ReceivedRequest(method: "GET", url: template.url(forKey: "k"))
        #expect(try Self.verifier().verify(request, now: Self.now).isValid)
    }

    @Test
    func sessionsOfDirectoryBucketsAreVerified() throws {
        var request = SignableRequest(method: "GET", host: "h.example", path: "/k")
        request.usesDirectoryBucketSession = true
        let credentials = try Example.credentials(sessionToken: "t")
        let signed = try request.signed(
            with: credentials,
            at: Example.time(),
            region: "us-east-1",
            service: "s3express"
        )
        #expect(signed.headers.contains { $0.name == "x-amz-s3session-token" && $0.value == "t" })
        let verifier = SignatureVerifier(credentials: credentials, region: "us-east-1", service: "s3express")
        #expect(try verifier.verify(Self.received(signed), now: Self.now).isValid)
    }

    @Test
    func eachRefusalHasANameAndAnAdvice() {
        let all: [SignatureRefusal] = [
            .otherAccessKey("a"), .unexpectedSessionToken, .missingSessionToken, .otherSessionToken,
            .otherDate(scope: "a", time: "b"), .otherRegion("a", expected: "b"), .otherService("a", expected: "b"),
            .expired(at: 1), .notYetValid(until: 1), .tooOld(signedAt: 1), .credentialExpired(at: 1),
            .headerNotSent("a"), .headersNotSigned(["a"]), .payloadDiffers, .signatureMismatch,
        ]
        #expect(Set(all.map(\.code)).count == all.count && Set(all.map(\.description)).count == all.count)
        for refusal in all {
            #expect(refusal.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F })
        }
    }
}
