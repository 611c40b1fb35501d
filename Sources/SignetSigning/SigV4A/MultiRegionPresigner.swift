// SPDX-License-Identifier: Apache-2.0

/// Presigns requests to multi-region access points with SigV4A (S3 User Guide, "Making requests to a Multi-Region Access
/// Point"); derives its key once. Shows none of its secrets.
public struct MultiRegionPresigner: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it signs with.
    public let credentials: SigningCredentials
    private let key: SigV4AKey

    /// - Throws: `signing_failed`.
    public init(credentials: SigningCredentials) throws(SigningError) {
        self.credentials = credentials
        key = try SigV4AKey(credentials: credentials)
    }

    /// Presigns any request; equal calls give equivalent, not equal, URLs.
    ///
    /// - Parameters:
    ///   - method: Of HTTP, e.g. `GET`.
    ///   - host: `{alias}.accesspoint.s3-global.{suffix}`.
    ///   - path: Not encoded, with its leading slash: it is encoded once and not normalised.
    ///   - query: Not encoded.
    ///   - headers: What is signed besides `host`; the client must send exactly these.
    ///   - regionSet: Where the URL holds.
    ///   - time: When it is signed.
    ///   - expiresIn: Seconds, 1 to 604,800.
    ///   - service: Of the scope.
    /// - Throws: `invalid_method`, `invalid_host`, `invalid_path`, `invalid_query`, `invalid_header`, `invalid_expiry`,
    ///   `invalid_value` (service), `credential_expired` or `signing_failed`.
    public func presign(
        _ method: String,
        host: String,
        path: String,
        query: [S3ObjectOptions.Pair] = [],
        headers: [S3ObjectOptions.Pair] = [],
        regionSet: RegionSet = .all,
        at time: SigningTime,
        expiresIn: Int64,
        service: String = "s3"
    ) throws(SigningError) -> PresignedMultiRegionURL {
        try RequestLine.check(method: method)
        try RequestLine.check(host: host)
        try RequestLine.check(path: path)
        try CredentialScope.check(service: service)
        let expiry = try PresignExpiry(seconds: expiresIn, from: time, credentialExpiration: credentials.expiration)
        let scope = MultiRegionScope(dateStamp: time.dateStamp, service: service)
        let canonicalHeaders = try CanonicalHeaders(host: host, headers: headers)
        var own: [S3ObjectOptions.Pair] = [
            ("X-Amz-Algorithm", SigV4AKey.algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            ("X-Amz-Date", time.amzDate), ("X-Amz-Expires", String(expiry.seconds)),
            ("X-Amz-Region-Set", regionSet.text), ("X-Amz-SignedHeaders", canonicalHeaders.signedNames),
        ]
        if let token = credentials.sessionToken { own.append(("X-Amz-Security-Token", token)) }
        let canonicalQuery = try PresignQuery.make(own: own, extra: query)
        let encodedPath = PercentEncoding.path(path)
        let request = CanonicalRequest(
            method: method,
            path: encodedPath,
            query: canonicalQuery,
            headers: canonicalHeaders
        )
        let signature = try key.sign(StringToSign(time: time, scope: scope, canonicalRequest: request))
        return PresignedMultiRegionURL(
            method: method,
            host: host,
            path: encodedPath,
            query: canonicalQuery,
            signature: signature,
            headers: canonicalHeaders.sent.map { ($0.name, $0.value) },
            expiry: expiry
        )
    }

    /// Presigns an operation of S3.
    ///
    /// - Parameters:
    ///   - operation: What the request does.
    ///   - endpoint: A multi-region access point's.
    ///   - key: 1 to 1,024 bytes of any Unicode; empty for operations on the bucket.
    ///   - options: What is signed besides `host`.
    ///   - regionSet: Where the URL holds.
    ///   - time: When it is signed.
    ///   - expiresIn: Seconds, 1 to 604,800.
    /// - Throws: What the other function throws; `invalid_endpoint`, `invalid_key`, and what options are refused for.
    public func presign(
        _ operation: S3Operation,
        at endpoint: S3Endpoint,
        key: String,
        options: S3ObjectOptions = S3ObjectOptions(),
        regionSet: RegionSet = .all,
        time: SigningTime,
        expiresIn: Int64
    ) throws(SigningError) -> PresignedMultiRegionURL {
        guard endpoint.kind == .multiRegionAccessPoint else {
            throw SigningError(
                .invalidEndpoint,
                parameter: "bucket",
                message: "SigV4A is for multi-region access points: give the ARN of one, which ends with .mrap"
            )
        }
        let count = key.utf8.count
        guard operation.isOnBucket ? count == 0 : (1...S3PresignTemplate.longestKey).contains(count) else {
            throw SigningError(
                .invalidKey,
                parameter: "key",
                message:
                    "a key has 1 to \(S3PresignTemplate.longestKey) bytes of UTF-8, none where the operation is on "
                    + "the bucket; not \(count)"
            )
        }
        let parts = try S3RequestParts(operation, options, at: endpoint)
        return try presign(
            operation.method,
            host: endpoint.host,
            path: "\(endpoint.pathPrefix)/\(key)",
            query: parts.query,
            headers: parts.headers,
            regionSet: regionSet,
            at: time,
            expiresIn: expiresIn,
            service: endpoint.service
        )
    }

    /// Names the access key alone.
    public var description: String { "MultiRegionPresigner(\(credentials.accessKeyID))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the access key alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": credentials.accessKeyID]) }
}
