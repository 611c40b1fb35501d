// SPDX-License-Identifier: Apache-2.0

/// The parts of a URL that a client sends, split but not decoded.
struct RequestURL {
    /// Lower case, with a port that is not the scheme's default: what clients put into `Host`.
    let host: String
    /// Begins with a slash.
    let path: String
    /// Without the question mark; empty if there is none.
    let query: String

    init(_ url: String) throws(SigningError) {
        func invalid(_ what: String) -> SigningError {
            SigningError(.invalidURL, parameter: "url", message: "the URL \(what)")
        }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw invalid("holds spaces, line ends or other characters that must be percent-encoded")
        }
        let lowercased = url.lowercased()
        guard let scheme = ["https", "http"].first(where: { lowercased.hasPrefix("\($0)://") }) else {
            throw invalid("must begin with https:// or http://")
        }
        guard !url.utf8.contains(UInt8(ascii: "#")) else {
            throw invalid("has a fragment, which clients do not send; a # in a key is encoded as %23")
        }
        let rest = url.utf8.dropFirst(scheme.utf8.count + 3)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        var host = lowercased.utf8.dropFirst(scheme.utf8.count + 3).prefix(
            rest.distance(from: rest.startIndex, to: end)
        )
        let defaultPort = scheme == "https" ? ":443" : ":80"
        if host.reversed().starts(with: defaultPort.utf8.reversed()) { host = host.dropLast(defaultPort.utf8.count) }
        let name = String(Substring(host))
        do throws(SigningError) {
            try RequestLine.check(host: name)
        } catch {
            throw invalid("has no host, or one with a user or a backslash")
        }
        self.host = name
        let mark = rest[end...].firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        let path = String(Substring(rest[end..<mark]))
        self.path = path.isEmpty ? "/" : path
        query = String(Substring(rest[mark...].dropFirst()))
    }
}
