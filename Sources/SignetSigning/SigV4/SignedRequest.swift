// SPDX-License-Identifier: Apache-2.0

/// A request with its signature in the headers, ready to send. Shows neither signature nor token.
public struct SignedRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Headers that the signature sets: a caller cannot give them.
    private static let reserved: Set<String> = [
        "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-s3session-token",
    ]

    /// The method to send.
    public let method: String
    /// The host to send to, with its port, if that is not the scheme's default.
    public let host: String
    /// Encoded; to be sent as it is, for clients that normalise paths break signatures.
    public let path: String
    /// Encoded and sorted; empty if there is none.
    public let query: String
    /// All to send besides `host`, lower-case names, `authorization` last.
    public let headers: [SignableRequest.Pair]
    /// What was hashed: to be compared with a server's answer `SignatureDoesNotMatch`.
    public let canonicalRequest: CanonicalRequest
    /// What was signed.
    public let stringToSign: StringToSign

    /// The path, and the query behind a question mark if there is one.
    public var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    init(
        _ request: SignableRequest,
        credentials: SigningCredentials,
        time: SigningTime,
        scope: CredentialScope
    ) throws(SigningError) {
        try request.check()
        if let end = credentials.expiration, end <= time.unixSeconds {
            throw SigningError(
                .credentialExpired,
                parameter: "credential",
                message: "the credential has expired; renew it and try again"
            )
        }
        if let header = request.headers.first(where: { Self.reserved.contains($0.name.lowercased()) }) {
            throw SigningError(
                .invalidHeader,
                parameter: header.name.lowercased(),
                message: "\(header.name.lowercased()) is set by the signature; leave it out"
            )
        }
        var signed = request.headers
        signed.append(("x-amz-date", time.amzDate))
        signed.append(("x-amz-content-sha256", request.payload.text))
        if let token = credentials.sessionToken {
            signed.append(
                (request.usesDirectoryBucketSession ? "x-amz-s3session-token" : "x-amz-security-token", token)
            )
        }
        let canonicalHeaders = try CanonicalHeaders(host: request.host, headers: signed)

        method = request.method
        host = request.host
        path = PercentEncoding.path(request.path)
        query = CanonicalQuery.make(request.query)
        canonicalRequest = CanonicalRequest(
            method: method,
            path: path,
            query: query,
            headers: canonicalHeaders,
            payload: request.payload
        )
        stringToSign = StringToSign(time: time, scope: scope, canonicalRequest: canonicalRequest)
        let authorization = AuthorizationHeader(
            algorithm: SigningKey.algorithm,
            credential: "\(credentials.accessKeyID)/\(scope)",
            signedHeaders: canonicalHeaders.signedNames,
            signature: SigningKey(credentials: credentials, scope: scope).signature(of: stringToSign).hexadecimal
        )
        headers = canonicalHeaders.sent.map { ($0.name, $0.value) } + [("authorization", authorization.text)]
    }

    /// Names method, host and path alone.
    public var description: String { "SignedRequest(\(method) \(host)\(path))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows method, host and path alone.
    public var customMirror: Mirror { Mirror(self, children: ["method": method, "host": host, "path": path]) }
}
