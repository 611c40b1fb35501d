// SPDX-License-Identifier: Apache-2.0

/// A signed request as it came, or as a client would send it: split and well formed, but not believed yet. Shows neither
/// query nor headers, which hold its signature.
public struct ReceivedRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Name and value of a header.
    public typealias Pair = (name: String, value: String)

    /// The method, as it came.
    public let method: String
    /// The host, with a port that is not the scheme's default.
    public let host: String
    /// What the request says about its signature.
    public let claim: SignatureClaim
    let target: RequestTarget
    /// By lower-case name, without `host`; values that came several times are joined by commas.
    let headers: [String: HeaderField]

    /// The path in canonical form: encoded.
    public var path: String { target.path }

    /// A request as a client would send it: a presigned URL, or any URL with signed headers.
    ///
    /// - Parameters:
    ///   - method: Of HTTP, as it came.
    ///   - url: Of HTTP, encoded.
    ///   - headers: What is sent along with it; `host` follows from the URL.
    /// - Throws: `invalid_url`, and what the other initialiser throws.
    public init(method: String, url: String, headers: [Pair] = []) throws(SigningError) {
        let url = try RequestURL(url)
        try self.init(method: method, host: url.host, path: url.path, query: url.query, headers: headers)
    }

    /// A request as a server sees it.
    ///
    /// - Parameters:
    ///   - method: Of HTTP, as it came.
    ///   - host: The value of `Host`, or of `:authority`.
    ///   - target: Path and query as they came, encoded.
    ///   - headers: As they came; `host` among them is passed over.
    /// - Throws: `invalid_method`, `invalid_host`, `invalid_path`, `invalid_query`, `invalid_header`, `missing_signature`,
    ///   or `invalid_signature`, whose parameter names the part that is wrong.
    public init(method: String, host: String, target: String, headers: [Pair]) throws(SigningError) {
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        try self.init(
            method: method,
            host: host,
            path: String(target[..<mark]),
            query: String(target[mark...].dropFirst()),
            headers: headers
        )
    }

    private init(
        method: String,
        host: String,
        path: String,
        query: String,
        headers: [Pair]
    ) throws(SigningError) {
        try RequestLine.check(method: method)
        try RequestLine.check(host: host)
        var fields: [String: HeaderField] = [:]
        for (name, value) in headers {
            let field = try HeaderField(name: name, value: value, isReceived: true)
            if field.name == "host" { continue }
            if let first = fields[field.name] {
                fields[field.name] = try HeaderField(
                    name: name,
                    value: "\(first.value),\(field.value)",
                    isReceived: true
                )
            } else {
                fields[field.name] = field
            }
        }
        let target = try RequestTarget(path: path, query: query)
        claim = try SignatureClaim(target: target, headers: fields)
        self.method = method
        self.host = host
        self.target = target
        self.headers = fields
    }

    /// Names method, host and path alone.
    public var description: String { "ReceivedRequest(\(method) \(host)\(path))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows method, host, path and what is no secret of the signature.
    public var customMirror: Mirror {
        Mirror(self, children: ["method": method, "host": host, "path": path, "claim": claim])
    }
}
