// SPDX-License-Identifier: Apache-2.0

/// Headers in the form that is signed: lower-case names in order, values trimmed, runs of spaces as one.
public struct CanonicalHeaders: Sendable, Hashable {
    /// A line for each header, each ended.
    public let lines: String
    /// `host;x-amz-storage-class`.
    public let signedNames: String
    /// What the client must send besides `host`, lower-case names, in order.
    let sent: [HeaderField]

    /// - Parameters:
    ///   - host: With its port, if that is not the scheme's default.
    ///   - headers: What is signed besides; names in any case.
    /// - Throws: `invalid_host` or `invalid_header`.
    public init(host: String, headers: [(name: String, value: String)]) throws(SigningError) {
        var fields: [HeaderField] = []
        for (name, value) in headers { fields.append(try HeaderField(name: name, value: value)) }
        fields.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (field, next) in zip(fields, fields.dropFirst()) where field.name == next.name {
            throw SigningError(
                .invalidHeader,
                parameter: field.name,
                message: "the header \(field.name) is given twice; join its values or leave one out"
            )
        }
        sent = fields
        let hostField = HeaderField(host: host)
        let position = fields.firstIndex { hostField.name.utf8.lexicographicallyPrecedes($0.name.utf8) } ?? fields.count
        fields.insert(hostField, at: position)
        lines = fields.map { "\($0.name):\($0.canonicalValue)\n" }.joined()
        signedNames = fields.map(\.name).joined(separator: ";")
    }
}

extension CanonicalHeaders {
    /// The headers that a received request names as signed; one that was not sent stands without a value.
    ///
    /// - Parameters:
    ///   - received: By name; a header that came several times has its values joined by commas.
    ///   - names: Lower case, in order.
    init(host: String, received: [String: HeaderField], signedNames names: [String]) {
        lines = names.map { name in
            "\(name):\(name == "host" ? host : received[name]?.canonicalValue ?? "")\n"
        }.joined()
        signedNames = names.joined(separator: ";")
        sent = []
    }
}

/// One header that is signed.
struct HeaderField: Sendable, Hashable {
    /// Lower case.
    let name: String
    /// Without spaces around it.
    let value: String

    fileprivate init(host: String) {
        name = "host"
        value = host
    }

    /// - Parameter isReceived: Of a request that came in: any header of it may have been signed.
    init(name: String, value: String, isReceived: Bool = false) throws(SigningError) {
        let lowercased = name.lowercased()
        // The name as given must be ASCII: the Kelvin sign becomes a plain k.
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 < 0x80 }), lowercased.utf8.allSatisfy(Self.isTokenCharacter)
        else {
            throw SigningError(
                .invalidHeader,
                parameter: name,
                message: "a header's name is letters, digits and !#$%&'*+-.^_`|~ (RFC 9110, section 5.1)"
            )
        }
        if !isReceived, Self.neverSigned.contains(lowercased) {
            throw SigningError(
                .invalidHeader,
                parameter: lowercased,
                message: "the header \(lowercased) cannot be part of a signature; clients and proxies set it themselves"
            )
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw SigningError(
                .invalidHeader,
                parameter: lowercased,
                message: "the value of \(lowercased) holds a control character; line ends are not allowed in headers"
            )
        }
        self.name = lowercased
        let bytes = value.utf8
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        self.value = String(decoding: Array(trimmed), as: UTF8.self)
    }

    var canonicalValue: String {
        var result: [UInt8] = []
        var followsSpace = false
        for byte in value.utf8 {
            let isSpace = byte == 0x20 || byte == 0x09
            if !(isSpace && followsSpace) { result.append(isSpace ? 0x20 : byte) }
            followsSpace = isSpace
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Set or changed on the way, or set by the signer itself.
    private static let neverSigned: Set<String> = [
        "host", "authorization", "user-agent", "expect", "x-amzn-trace-id", "connection", "keep-alive",
        "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
    ]
}
