// SPDX-License-Identifier: Apache-2.0

/// What a request means to a server, worked out without the code under test: two requests of one meaning may both be
/// valid, and only they.
struct Meaning: Equatable {
    let method: String
    /// Without the scheme, lower case.
    let host: String
    let path: [UInt8]
    /// Decoded pairs, sorted.
    let query: [[UInt8]]
    /// Names in lower case with values, spaces reduced, sorted.
    let headers: [String]

    /// - Returns: `nil` where a URL has no meaning.
    init?(_ sent: RandomRequests.Sent) {
        method = sent.method
        let bytes = Array(sent.url.utf8)
        let isHTTPS = sent.url.lowercased().hasPrefix("https://")
        guard isHTTPS || sent.url.lowercased().hasPrefix("http://") else { return nil }
        let rest = bytes.dropFirst(isHTTPS ? 8 : 7)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        var host = String(decoding: authority, as: UTF8.self).lowercased()
        let port = isHTTPS ? ":443" : ":80"
        if host.hasSuffix(port) { host.removeLast(port.count) }
        self.host = host
        let target = rest.dropFirst(authority.count)
        let rawPath = target.prefix { $0 != UInt8(ascii: "?") }
        path = Self.decode(rawPath.isEmpty ? [UInt8(ascii: "/")] : Array(rawPath), plus: false)
        query = target.dropFirst(rawPath.count + 1).split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            // No byte of UTF-8 is 0xFF; what is decoded may be, but not beside the same neighbours by chance.
            return Self.decode(Array(name), plus: true) + [0xFF, 0xFE] + Self.decode(Array(value), plus: true)
        }.sorted { $0.lexicographicallyPrecedes($1) }
        headers = sent.headers.map { header in
            let words = header.value.split { $0 == " " || $0 == "\t" }
            let name = header.name.lowercased()
            let value = words.joined(separator: " ")
            // Its parts may stand with or without a space between.
            return "\(name):\(name == "authorization" ? value.replacing(", ", with: ",") : value)"
        }.sorted()
    }

    private static func decode(_ bytes: [UInt8], plus: Bool) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(plus && bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return result
    }
}
