// SPDX-License-Identifier: Apache-2.0

/// A request that is to be signed in its headers: what the control plane sends itself.
public struct SignableRequest: Sendable {
    /// Name and value of a header or of a query parameter.
    public typealias Pair = (name: String, value: String)

    /// E.g. `POST`; signed as it is.
    public var method: String
    /// With its port, if that is not the scheme's default.
    public var host: String
    /// Not encoded, with its leading slash: it is encoded once and not normalised, as S3 does.
    public var path: String
    /// Not encoded; a parameter without a value, such as `uploads`, has an empty one.
    public var query: [Pair]
    /// What is signed and sent besides `host` and the signature's own headers.
    public var headers: [Pair]
    /// What is signed of the body.
    public var payload: PayloadHash
    /// Whether the credential is a session of a directory bucket (`CreateSession`), whose token has a header of its own.
    public var usesDirectoryBucketSession = false

    /// A request without a body unless `payload` says something else.
    public init(
        method: String,
        host: String,
        path: String,
        query: [Pair] = [],
        headers: [Pair] = [],
        payload: PayloadHash = .empty
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.payload = payload
    }

    /// Signs the request for the `Authorization` header
    /// (S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk").
    ///
    /// - Parameters:
    ///   - credentials: What it is signed with.
    ///   - time: S3 takes the request up to 15 minutes before and after it.
    ///   - region: Of the scope, e.g. `us-east-1`.
    ///   - service: Of the scope: `s3`, or `s3express` for directory buckets.
    /// - Throws: `invalid_method`, `invalid_host`, `invalid_path`, `invalid_query`, `invalid_header`, `unknown_region`,
    ///   `invalid_value` (service) or `credential_expired`.
    public func signed(
        with credentials: SigningCredentials,
        at time: SigningTime,
        region: String,
        service: String = "s3"
    ) throws(SigningError) -> SignedRequest {
        let scope = try CredentialScope(checking: time, region: region, service: service)
        return try SignedRequest(self, credentials: credentials, time: time, scope: scope)
    }

    /// Refuses what would be another request on the wire than the one that is signed.
    func check() throws(SigningError) {
        try RequestLine.check(method: method)
        try RequestLine.check(host: host)
        try RequestLine.check(path: path)
        if query.contains(where: \.name.isEmpty) {
            throw SigningError(.invalidQuery, parameter: "query", message: "a query parameter has no name")
        }
    }
}
