// SPDX-License-Identifier: Apache-2.0

/// The parts of a presigned URL as they stand in it: encoded, nothing normalised.
struct PresignedURL {
    let scheme: String
    /// With its port.
    let host: String
    let path: String
    /// `name=value`, in order.
    let query: [String]

    init(_ url: String) {
        let (scheme, rest) = Self.split(url, at: "://")
        let (location, query) = Self.split(rest, at: "?")
        let slash = location.firstIndex(of: "/") ?? location.endIndex
        self.scheme = scheme
        host = String(location[..<slash])
        path = String(location[slash...])
        self.query = query.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
    }

    /// Names in order.
    var names: [String] { query.map { Self.split($0, at: "=").before } }

    /// The encoded value of a parameter; `nil` unless there is exactly one of that name.
    func value(of name: String) -> String? {
        let values = query.map { Self.split($0, at: "=") }.filter { $0.before == name }
        return values.count == 1 ? values.first?.after : nil
    }

    private static func split(_ text: String, at separator: String) -> (before: String, after: String) {
        guard let range = text.firstRange(of: separator) else { return (text, "") }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }
}
