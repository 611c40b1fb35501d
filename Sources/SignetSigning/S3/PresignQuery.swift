// SPDX-License-Identifier: Apache-2.0

/// The canonical query of a presigned request: encoded, sorted, without its signature
/// (S3 API Reference, "Authenticating Requests: Using Query Parameters").
enum PresignQuery {
    /// Names that the signature itself uses, lower case.
    private static let reserved: Set<String> = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature",
        "x-amz-security-token", "x-amz-s3session-token",
    ]

    static func make(
        credentials: SigningCredentials,
        scope: CredentialScope,
        time: SigningTime,
        expiresIn: Int64,
        signedHeaders: String,
        tokenName: String,
        extra: [S3ObjectOptions.Pair]
    ) throws(SigningError) -> String {
        var parameters: [S3ObjectOptions.Pair] = [
            ("X-Amz-Algorithm", SigningKey.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            ("X-Amz-Date", time.amzDate),
            ("X-Amz-Expires", String(expiresIn)),
            ("X-Amz-SignedHeaders", signedHeaders),
        ]
        if let token = credentials.sessionToken { parameters.append((tokenName, token)) }
        for pair in extra {
            guard !pair.name.isEmpty, !reserved.contains(pair.name.lowercased()) else {
                throw SigningError(
                    .invalidQuery,
                    parameter: "query",
                    message: pair.name.isEmpty
                        ? "a query parameter has no name" : "\(pair.name) is set by the signature; leave it out"
                )
            }
            parameters.append(pair)
        }
        let encoded = parameters.map { (name: PercentEncoding.query($0.name), value: PercentEncoding.query($0.value)) }
        return encoded.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }
}
