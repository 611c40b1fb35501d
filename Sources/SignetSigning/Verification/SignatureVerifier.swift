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
    ///   - body: The hash of the body that came; `nil`: not looked at.
    ///   - now: Unix seconds.
    public func verify(_ request: ReceivedRequest, body: PayloadHash? = nil, now: Int64) -> SignatureVerification {
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
        var refusals = ofCredential(claim)
        let isOurs = refusals.isEmpty
        refusals += ofScope(claim)
        let end = min(Self.end(of: claim), credentials.expiration ?? .max)
        refusals += ofTime(claim, now: now)
        let missing = claim.signedHeaders.filter { $0 != "host" && request.headers[$0] == nil }
        refusals += missing.map { .headerNotSent($0) }
        refusals += Self.ofUnsignedHeaders(request)
        if let body, let signed = claim.payload, PayloadHash.isHash(signed.text), signed != body {
            refusals.append(.payloadDiffers)
        }
        // With another credential, or without a header that it is of, a signature cannot match: no news.
        if isOurs, missing.isEmpty, !isSigned(stringToSign, by: claim) { refusals.append(.signatureMismatch) }
        return SignatureVerification(
            refusals: refusals,
            end: end,
            canonicalRequest: canonicalRequest,
            stringToSign: stringToSign
        )
    }

    private func isSigned(_ string: StringToSign, by claim: SignatureClaim) -> Bool {
        let scope = CredentialScope(dateStamp: claim.dateStamp, region: claim.region, service: claim.service)
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
        if claim.dateStamp != claim.time.dateStamp {
            result.append(.otherDate(scope: claim.dateStamp, time: claim.time.amzDate))
        }
        if let region, claim.region != region { result.append(.otherRegion(claim.region, expected: region)) }
        if claim.service != service { result.append(.otherService(claim.service, expected: service)) }
        return result
    }

    private func ofTime(_ claim: SignatureClaim, now: Int64) -> [SignatureRefusal] {
        var result: [SignatureRefusal] = []
        let signed = claim.time.unixSeconds
        if signed - Self.tolerance > now { result.append(.notYetValid(until: signed - Self.tolerance)) }
        if now >= Self.end(of: claim) {
            result.append(claim.place == .query ? .expired(at: Self.end(of: claim)) : .tooOld(signedAt: signed))
        }
        if let end = credentials.expiration, end <= now { result.append(.credentialExpired(at: end)) }
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
