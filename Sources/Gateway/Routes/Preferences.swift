// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

/// What the client prefers about waiting (`Prefer`, RFC 7240).
///
/// Preferences that are not known or not well written are ignored, as the RFC demands.
struct Preferences: Sendable, Equatable {
    /// Answer 202 without waiting for the result.
    var respondAsync = false
    /// Seconds to wait for the result at most.
    var wait: Int?

    init(_ headers: HTTPFields) {
        for line in headers[values: .prefer] {
            for part in line.split(separator: ",") {
                let preference = part.prefix { $0 != ";" }
                let pair = preference.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
                switch (pair.first?.lowercased(), pair.count) {
                case ("respond-async", 1): respondAsync = true
                case ("wait", 2): if let seconds = Int(pair[1]), seconds >= 0, wait == nil { wait = seconds }
                default: break
                }
            }
        }
    }

    /// How long to wait for the result.
    ///
    /// Without `wait`, `respond-async` waits for nothing (RFC 7240, section 4.3: both together mean to wait that long first).
    func patience(standard: Duration, maximum: Duration) -> Duration {
        if let wait { return min(.seconds(wait), maximum) }
        return respondAsync ? .zero : standard
    }

    /// The value of `Preference-Applied`, for an answer of 202; `nil` if nothing was preferred.
    var applied: String? {
        var applied: [String] = []
        if respondAsync { applied.append("respond-async") }
        if let wait { applied.append("wait=\(wait)") }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" || $0 == "\"" }
        while let last = text.last, last == " " || last == "\t" || last == "\"" { text.removeLast() }
        return text
    }
}

extension HTTPField.Name {
    static let prefer = unchecked("Prefer")
    static let preferenceApplied = unchecked("Preference-Applied")
    static let requestID = unchecked("X-Request-Id")
    static let traceParent = unchecked("traceparent")
    static let traceState = unchecked("tracestate")
    static let acceptPost = unchecked("Accept-Post")

    /// A name that is a valid token; should it not be, one that nothing uses.
    private static func unchecked(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .te
    }
}
