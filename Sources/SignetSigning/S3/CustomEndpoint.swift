// SPDX-License-Identifier: Apache-2.0

/// The endpoint of a store other than AWS: scheme, host, port and base path, e.g. `https://minio.example:9000/base`.
struct CustomEndpoint {
    let scheme: String
    /// With its port, unless that is the scheme's default.
    let host: String
    /// Empty, or with a leading and without a trailing slash.
    let basePath: String
    /// Whether the host is an address, which no bucket name can be put before.
    let isAddress: Bool

    init(_ text: String) throws(SigningError) {
        func invalid(_ what: String) -> SigningError {
            SigningError(
                .invalidEndpoint,
                parameter: "endpoint",
                message: "the endpoint \(what); give e.g. https://minio.example:9000"
            )
        }
        let lowercased = text.lowercased()
        guard let scheme = ["https", "http"].first(where: { lowercased.hasPrefix("\($0)://") }) else {
            throw invalid("must begin with https:// or http://")
        }
        guard text.utf8.count <= 1_024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("must be at most 1,024 printable ASCII characters; write other hosts in Punycode")
        }
        guard !text.contains(where: { "?#@\\".contains($0) }) else {
            throw invalid("must have neither user, query nor fragment")
        }
        let rest = text.dropFirst(scheme.count + 3)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let (name, port) = try Self.split(rest[..<slash].lowercased(), invalid: invalid)

        var path = String(rest[slash...])
        while path.hasSuffix("/") { path.removeLast() }
        guard path.utf8.allSatisfy({ PercentEncoding.isUnreserved($0) || $0 == UInt8(ascii: "/") }) else {
            throw invalid("may have letters, digits, '-', '.', '_', '~' and '/' in its path only")
        }
        let isDefault = port == nil || port == (scheme == "https" ? 443 : 80)
        self.scheme = scheme
        host = isDefault ? name : "\(name):\(port.map(String.init) ?? "")"
        basePath = path
        isAddress = name.hasPrefix("[") || name.split(separator: ".").allSatisfy { UInt8($0) != nil }
    }

    /// Host and port of an authority.
    private static func split(
        _ authority: String,
        invalid: (String) -> SigningError
    ) throws(SigningError) -> (host: String, port: Int?) {
        var host = authority[...]
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.first?.isNumber == true, let number = Int(digits), (1...65_535).contains(number) else {
                throw invalid("has no valid port")
            }
            port = number
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard host.count > 4, host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { throw invalid("has no valid IPv6 address") }
        } else if !HostName.isValid(host) {
            throw invalid("has no valid host name")
        }
        return (String(host), port)
    }
}

/// Names of hosts (RFC 1123, section 2.1), lower case.
enum HostName {
    static func isValid(_ name: some StringProtocol) -> Bool {
        var total = 0
        var length = 0
        var last = UInt8(ascii: "-")
        for byte in name.utf8 {
            total += 1
            if byte == UInt8(ascii: ".") {
                guard length > 0, last != UInt8(ascii: "-") else { return false }
                length = 0
            } else {
                guard isLabelByte(byte), length > 0 || byte != UInt8(ascii: "-") else { return false }
                length += 1
                guard length <= 63 else { return false }
            }
            last = byte
        }
        return length > 0 && last != UInt8(ascii: "-") && total <= 253
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        // Underscores are no part of the standard, but of hosts in containers.
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
