// SPDX-License-Identifier: Apache-2.0

/// Signs URLs and cookies of CloudFront with one key (CloudFront Developer Guide, "Use signed URLs", "Use signed
/// cookies"). RSA signatures are equal each time, those of ECDSA are not.
public struct CloudFrontSigner: Sendable {
    /// What it signs with.
    public let key: CloudFrontKey
    /// What policies are hashed with.
    public let hash: CloudFrontHash

    /// A signer with a key.
    public init(key: CloudFrontKey, hash: CloudFrontHash = .sha1) {
        self.key = key
        self.hash = hash
    }

    /// Names that CloudFront takes out of a query: a signed URL has none of them of its own.
    private static let reserved: Set<String> = ["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"]

    /// The URL of an object at a distribution, without a signature.
    ///
    /// - Parameters:
    ///   - domain: A host name, e.g. `d111111abcdef8.cloudfront.net`.
    ///   - key: 1 to 1,024 bytes of any Unicode; encoded once and not normalised.
    ///   - query: Encoded; empty: none.
    /// - Throws: `invalid_domain`, `invalid_key` or `invalid_query`.
    public static func url(domain: String, key: String, query: String = "") throws(SigningError) -> String {
        let origin = try CDNOrigin.make(domain: domain)
        guard (1...S3PresignTemplate.longestKey).contains(key.utf8.count) else {
            throw SigningError(
                .invalidKey,
                parameter: "key",
                message: "a key has 1 to \(S3PresignTemplate.longestKey) bytes of UTF-8, not \(key.utf8.count)"
            )
        }
        guard query.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw SigningError(
                .invalidQuery,
                parameter: "query",
                message: "a query is printable ASCII without #; percent-encode all else"
            )
        }
        return "\(origin)/\(PercentEncoding.path(key))\(query.isEmpty ? "" : "?\(query)")"
    }

    /// Signs a URL.
    ///
    /// - Parameters:
    ///   - url: Encoded, as clients will use it.
    ///   - policy: Canned for this URL, or a custom one that covers it.
    /// - Returns: The URL with what CloudFront checks behind its own query.
    /// - Throws: `invalid_url`, `invalid_query`, `invalid_resource` or `signing_failed`.
    public func sign(url: String, policy: CloudFrontPolicy) throws(SigningError) -> String {
        let parts = try RequestURL(url)
        // CloudFront builds a canned policy from the URL that it is asked for: of another one, it never holds.
        guard !policy.isCanned || policy.resource == url else {
            throw SigningError(
                .invalidResource,
                parameter: "resource",
                message: "the canned policy is of another URL; make it of this one, or a custom policy"
            )
        }
        for pair in parts.query.split(separator: "&") {
            let name = String(pair.prefix { $0 != "=" })
            guard !Self.reserved.contains(name) else {
                throw SigningError(
                    .invalidQuery,
                    parameter: "query",
                    message: "\(name) is set by the signature; leave it out of the URL"
                )
            }
        }
        let fields = try fields(of: policy)
        var signed = url
        signed.reserveCapacity(fields.reduce(url.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
        var separator = url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        for (name, value) in fields {
            signed += separator
            signed += name
            signed += "="
            signed += value
            separator = "&"
        }
        return signed
    }

    /// The cookies that open what a policy allows: `Set-Cookie` each, with `CloudFrontCookieAttributes`.
    ///
    /// - Throws: `signing_failed`.
    public func cookies(policy: CloudFrontPolicy) throws(SigningError) -> [S3ObjectOptions.Pair] {
        try fields(of: policy).map { ("CloudFront-\($0.name)", $0.value) }
    }

    /// What URL and cookies carry: the policy or its end, the signature, and what checks it.
    private func fields(of policy: CloudFrontPolicy) throws(SigningError) -> [S3ObjectOptions.Pair] {
        let text = policy.text
        let signature = try key.signature(of: text, hash: hash)
        var fields: [S3ObjectOptions.Pair] = [
            policy.isCanned ? ("Expires", String(policy.end)) : ("Policy", Base64.cloudFront(text.utf8)),
            ("Signature", Base64.cloudFront(signature)), ("Key-Pair-Id", key.keyPairID),
        ]
        if hash != .sha1 { fields.append(("Hash-Algorithm", hash.rawValue)) }
        return fields
    }
}

extension Base64 {
    private static let cloudFrontAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~".utf8
    )

    /// CloudFront's own alphabet for URLs: `-`, `_` and `~` instead of `+`, `=` and `/`.
    static func cloudFront(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, alphabet: cloudFrontAlphabet, padding: UInt8(ascii: "_"))
    }
}
