// SPDX-License-Identifier: Apache-2.0

/// What a signature of CloudFront allows: a resource, until when, and, in a custom policy, from when and to whom
/// (CloudFront Developer Guide, "Use signed URLs", canned and custom policies).
public struct CloudFrontPolicy: Sendable, Hashable {
    /// The latest end, Unix seconds: CloudFront refuses what lies beyond 32 bits.
    public static let latestEnd = Int64(Int32.max)

    /// A URL, or in a custom policy one with the wildcards `*` and `?`.
    public let resource: String
    /// When it ends, Unix seconds.
    public let end: Int64
    /// From when on it holds, Unix seconds; `nil`: at once.
    public let start: Int64?
    /// Who may use it: an IPv4 range in CIDR notation; `nil`: all.
    public let ipRange: String?
    /// Whether it is the short form, of which a URL carries only the end.
    public let isCanned: Bool

    /// A canned policy: one URL, until `end`.
    ///
    /// - Parameters:
    ///   - url: Encoded, with its own query.
    ///   - end: Unix seconds.
    ///   - signingTime: Unix seconds that `end` must lie after; `nil`: not checked.
    /// - Throws: `invalid_resource` or `invalid_expiry`.
    public init(url: String, end: Int64, signingTime: Int64? = nil) throws(SigningError) {
        try Self.check(resource: url)
        try Self.check(end: end, after: signingTime)
        guard !url.utf8.contains(UInt8(ascii: "*")) else {
            throw SigningError(.invalidResource, parameter: "resource", message: "wildcards need a custom policy")
        }
        resource = url
        self.end = end
        start = nil
        ipRange = nil
        isCanned = true
    }

    /// A custom policy.
    ///
    /// - Parameters:
    ///   - resource: With `*` for any characters and `?` for one; `*` alone: everything.
    ///   - end: Unix seconds.
    ///   - start: Unix seconds before `end`; `nil`: at once.
    ///   - ipRange: `203.0.113.0/24`, or one address; IPv4 alone.
    ///   - signingTime: Unix seconds that `end` must lie after; `nil`: not checked.
    /// - Throws: `invalid_resource`, `invalid_expiry`, `invalid_time` or `invalid_ip_range`.
    public init(
        resource: String,
        end: Int64,
        start: Int64? = nil,
        ipRange: String? = nil,
        signingTime: Int64? = nil
    ) throws(SigningError) {
        try Self.check(resource: resource)
        try Self.check(end: end, after: signingTime)
        if let start {
            guard start > 0, start < end else {
                throw SigningError(
                    .invalidTime,
                    parameter: "notBefore",
                    message: "a policy begins before it ends; is its begin given in Unix seconds?"
                )
            }
        }
        self.resource = resource
        self.end = end
        self.start = start
        self.ipRange = try ipRange.map { text throws(SigningError) in try IPv4Range(text).text }
        isCanned = false
    }

    /// The text that is signed: JSON without spaces, its members in CloudFront's order.
    public var text: String {
        var conditions = "\"DateLessThan\":{\"AWS:EpochTime\":\(end)}"
        if let ipRange { conditions += ",\"IpAddress\":{\"AWS:SourceIp\":\(JSONText.string(ipRange))}" }
        if let start { conditions += ",\"DateGreaterThan\":{\"AWS:EpochTime\":\(start)}" }
        var text = "{\"Statement\":[{\"Resource\":"
        text.reserveCapacity(resource.utf8.count + conditions.utf8.count + 64)
        text += JSONText.string(resource)
        text += ",\"Condition\":{"
        text += conditions
        text += "}}]}"
        return text
    }

    private static func check(resource: String) throws(SigningError) {
        guard (1...8_192).contains(resource.utf8.count), resource.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SigningError(
                .invalidResource,
                parameter: "resource",
                message: "a resource has 1 to 8,192 printable ASCII characters; percent-encode all others"
            )
        }
    }

    private static func check(end: Int64, after signingTime: Int64?) throws(SigningError) {
        guard (1...latestEnd).contains(end) else {
            throw SigningError(
                .invalidExpiry,
                parameter: "expires",
                message: "a policy ends between 1970 and January 2038; is its end given in Unix seconds?"
            )
        }
        if let signingTime, end <= signingTime {
            throw SigningError(
                .invalidExpiry,
                parameter: "expires",
                message: "the policy ends before it is signed; choose an end after the signing time"
            )
        }
    }
}

/// Addresses of IPv4 in CIDR notation (RFC 4632).
struct IPv4Range {
    /// Normalised: without bits behind the prefix.
    let text: String

    init(_ range: String) throws(SigningError) {
        let parts = range.split(separator: "/", omittingEmptySubsequences: false)
        let numbers = parts.first?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        let bytes = numbers.compactMap { Self.number($0, upTo: 255) }
        let length = parts.count == 2 ? Self.number(parts[1], upTo: 32) : 32
        guard parts.count <= 2, numbers.count == 4, bytes.count == 4, let length else {
            throw SigningError(
                .invalidIPRange,
                parameter: "ipRange",
                message: "a range of addresses is IPv4 in CIDR notation, e.g. 203.0.113.0/24, or one address"
            )
        }
        let address = bytes.reduce(UInt32(0)) { $0 << 8 | $1 }
        let mask: UInt32 = length == 0 ? 0 : ~0 << (32 - length)
        let masked = address & mask
        text = "\(masked >> 24).\(masked >> 16 & 0xFF).\(masked >> 8 & 0xFF).\(masked & 0xFF)/\(length)"
    }

    /// A decimal number without sign and leading zeros, which some read as octal.
    private static func number(_ text: Substring, upTo limit: UInt32) -> UInt32? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || text.utf8.first != UInt8(ascii: "0"), let number = UInt32(text), number <= limit
        else { return nil }
        return number
    }
}
