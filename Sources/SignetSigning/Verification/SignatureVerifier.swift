// SPDX-License-Identifier: Apache-2.0

/// Checks signed requests against one credential, as S3 would. Shows no secret.
public struct SignatureVerifier: Sendable {
    /// Seconds by which clocks may differ (S3 API Reference, `RequestTimeTooSkewed`).
    public static let tolerance: Int64 = 900

    /// What requests are checked against.
    public let credentials: SigningCredentials
    /// The only region that is accepted; `nil`: any.
    public let region: String?
    /// The only service that is accepted.
    public let service: String

    /// - Parameters:
    ///   - credentials: What requests are checked against.
    ///   - region: Of the server that checks; `nil`: not looked at, as some stores do.
    ///   - service: `s3`, or `s3express` for directory buckets.
    public init(credentials: SigningCredentials, region: String? = nil, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: As it came.
    ///   - body: The hash of the body that came; `nil`: not looked at.
    ///   - now: Unix seconds.
    public func verify(_ request: ReceivedRequest, body: PayloadHash? = nil, now: Int64) -> SignatureVerification {
        let claim = request.claim
        var verification = Self.examine(request, body: body, now: now)
        let isComplete = !verification.refusals.contains { refusal in
            if case .headerNotSent = refusal { true } else { false }
        }
        let ofCredential = ofCredential(claim)
        verification.refusals = ofCredential + ofScope(claim) + verification.refusals
        if let end = credentials.expiration {
            verification.end = min(verification.end, end)
            if end <= now { verification.refusals.append(.credentialExpired(at: end)) }
        }
        // With another credential, or without a header that it is of, a signature cannot match: no news.
        if ofCredential.isEmpty, isComplete, !isSigned(verification.stringToSign, by: claim) {
            verification.refusals.append(.signatureMismatch)
        }
        return verification
    }

    /// Looks at all that needs no key: the time of a request, and the headers that it is of.
    ///
    /// - Parameters:
    ///   - request: As it came.
    ///   - body: The hash of the body that came; `nil`: not looked at.
    ///   - now: Unix seconds.
    public static func examine(
        _ request: ReceivedRequest,
        body: PayloadHash? = nil,
        now: Int64
    ) -> SignatureVerification {
        let claim = request.claim
        let headers = CanonicalHeaders(
            host: request.host,
            received: request.headers,
            signedNames: claim.signedHeaders
        )
        let canonicalRequest = CanonicalRequest(
            method: request.method,
            path: request.path,
            query: request.target.query(without: claim.place == .query ? "X-Amz-Signature" : nil),
            headers: headers,
            payload: claim.payload ?? body ?? .empty
        )
        let stringToSign = StringToSign(
            algorithm: claim.algorithm.rawValue,
            time: claim.time,
            scope: claim.scope,
            canonicalRequest: canonicalRequest
        )
        var refusals: [SignatureRefusal] = []
        if claim.dateStamp != claim.time.dateStamp {
            refusals.append(.otherDate(scope: claim.dateStamp, time: claim.time.amzDate))
        }
        refusals += ofTime(claim, now: now)
        refusals += claim.signedHeaders.filter { $0 != "host" && request.headers[$0] == nil }.map { .headerNotSent($0) }
        refusals += ofUnsignedHeaders(request)
        if let body, let signed = claim.payload, PayloadHash.isHash(signed.text), signed != body {
            refusals.append(.payloadDiffers)
        }
        return SignatureVerification(
            refusals: refusals,
            end: end(of: claim),
            canonicalRequest: canonicalRequest,
            stringToSign: stringToSign
        )
    }

    private func isSigned(_ string: StringToSign, by claim: SignatureClaim) -> Bool {
        guard let region = claim.region else {
            let key = try? SigV4AKey(credentials: credentials)
            return key?.publicKey.verifies(claim.signature, of: string) ?? false
        }
        let scope = CredentialScope(dateStamp: claim.dateStamp, region: region, service: claim.service)
        let expected = SigningKey(credentials: credentials, scope: scope).signature(of: string)
        return ConstantTime.areEqual(expected.bytes, claim.signature)
    }

    private func ofCredential(_ claim: SignatureClaim) -> [SignatureRefusal] {
        guard claim.accessKeyID == credentials.accessKeyID else { return [.otherAccessKey(claim.accessKeyID)] }
        switch (claim.sessionToken, credentials.sessionToken) {
        case (nil, nil): return []
        case (nil, .some): return [.missingSessionToken]
        case (.some, nil): return [.unexpectedSessionToken]
        case (let token?, let expected?): return ConstantTime.areEqual(token, expected) ? [] : [.otherSessionToken]
        }
    }

    private func ofScope(_ claim: SignatureClaim) -> [SignatureRefusal] {
        var result: [SignatureRefusal] = []
        if let region, !(claim.regionSet?.contains(region) ?? (claim.region == region)) {
            result.append(.otherRegion(claim.regions, expected: region))
        }
        if claim.service != service { result.append(.otherService(claim.service, expected: service)) }
        return result
    }

    private static func ofTime(_ claim: SignatureClaim, now: Int64) -> [SignatureRefusal] {
        var result: [SignatureRefusal] = []
        let signed = claim.time.unixSeconds
        if signed - tolerance > now { result.append(.notYetValid(until: signed - tolerance)) }
        if now >= end(of: claim) {
            result.append(claim.place == .query ? .expired(at: end(of: claim)) : .tooOld(signedAt: signed))
        }
        return result
    }

    private static func end(of claim: SignatureClaim) -> Int64 {
        claim.time.unixSeconds + (claim.expiresIn ?? tolerance + 1)
    }

    /// The host and all `x-amz-` headers must be signed: else anyone on the way could add one.
    private static func ofUnsignedHeaders(_ request: ReceivedRequest) -> [SignatureRefusal] {
        let signed = Set(request.claim.signedHeaders)
        var names = request.headers.keys.filter { $0.hasPrefix("x-amz-") && !signed.contains($0) }.sorted()
        if !signed.contains("host") { names.insert("host", at: 0) }
        return names.isEmpty ? [] : [.headersNotSigned(names)]
    }
}
