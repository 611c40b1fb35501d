// SPDX-License-Identifier: Apache-2.0

/// How a server should set CloudFront's cookies so that clients send them to the distribution and to nobody else
/// (CloudFront Developer Guide, "Set signed cookies using a canned policy"). A suggestion: nothing is set here.
public struct CloudFrontCookieAttributes: Sendable, Hashable, CustomStringConvertible {
    /// The host that clients send the cookies to, and those below it. A server can only set it if its own host is the
    /// same or below it.
    public let domain: String
    /// The beginning of the paths that clients send the cookies with.
    public let path: String
    /// Only over HTTPS: whoever has the cookies has the access.
    public let isSecure = true
    /// Out of reach of scripts.
    public let isHTTPOnly = true

    /// - Parameters:
    ///   - domain: As for `CDNOrigin.make(domain:)`.
    ///   - path: Begins with a slash; printable ASCII without a semicolon, percent-encoded.
    /// - Throws: `invalid_domain` or `invalid_path`.
    public init(domain: String, path: String = "/") throws(SigningError) {
        guard
            path.utf8.first == UInt8(ascii: "/"),
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ";") })
        else {
            throw SigningError(
                .invalidPath,
                parameter: "path",
                message: "a cookie's path begins with a slash and is printable ASCII without spaces and semicolons"
            )
        }
        self.domain = String(try CDNOrigin.make(domain: domain).dropFirst("https://".count))
        self.path = path
    }

    /// What stands behind a cookie in `Set-Cookie`: `Domain=d111111abcdef8.cloudfront.net; Path=/; Secure; HttpOnly`.
    public var description: String { "Domain=\(domain); Path=\(path); Secure; HttpOnly" }
}
