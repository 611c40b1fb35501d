// SPDX-License-Identifier: Apache-2.0

/// Where a CloudFront distribution serves a bucket's objects without a signature.
public enum CDNOrigin {
    /// `https://` and the domain.
    ///
    /// - Parameter domain: A host name such as `d111111abcdef8.cloudfront.net` or a CNAME; `https://` may stand before it.
    /// - Throws: `invalid_domain`.
    public static func make(domain: String) throws(SigningError) -> String {
        var name = domain.lowercased()
        if name.hasPrefix("https://") { name.removeFirst(8) }
        if name.hasSuffix("/") { name.removeLast() }
        guard HostName.isValid(name), name.utf8.contains(UInt8(ascii: ".")) else {
            throw SigningError(
                .invalidDomain,
                parameter: "domain",
                message: "a CDN's domain is a host name, e.g. d111111abcdef8.cloudfront.net"
            )
        }
        return "https://\(name)"
    }
}
