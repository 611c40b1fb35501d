// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// What the client prefers about waiting (`Prefer`, RFC 7240).
///
/// Preferences that are not known or not well written are ignored, as the RFC demands.
package struct Preferences: Sendable, Equatable {
    /// Seconds beyond which a `wait` is taken for a slip: a day.
    private static let longestWait = 86_400

    /// Answer 202 without waiting for the result.
    package private(set) var respondAsync = false
    /// Seconds to wait for the result at most.
    package private(set) var wait: Int?

    package init(_ headers: HTTPFields) {
        for line in headers[values: .prefer] {
            for part in line.split(separator: ",") {
                let preference = part.prefix { $0 != ";" }
                let pair = preference.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
                switch (pair.first?.lowercased(), pair.count) {
                case ("respond-async", 1): respondAsync = true
                case ("wait", 2):
                    if wait == nil, let seconds = Int(pair[1]), (0...Self.longestWait).contains(seconds) {
                        wait = seconds
                    }
                default: break
                }
            }
        }
    }

    /// How long to wait for the result.
    ///
    /// Without `wait`, `respond-async` waits for nothing; both together mean to wait that long first (section 4.3).
    package func patience(standard: Duration, maximum: Duration) -> Duration {
        if let wait { return min(.seconds(wait), maximum) }
        return respondAsync ? .zero : standard
    }

    /// The value of `Preference-Applied` (section 3); `nil` if no preference made a difference.
    ///
    /// - Parameters:
    ///   - maximum: What the wait was held to.
    ///   - isAsynchronous: Whether the answer is 202.
    package func applied(maximum: Duration, isAsynchronous: Bool) -> String? {
        var applied: [String] = []
        if respondAsync, isAsynchronous { applied.append("respond-async") }
        if let wait, .seconds(wait) <= maximum { applied.append("wait=\(wait)") }
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
    static let idempotencyKey = unchecked("Idempotency-Key")
    static let idempotentReplayed = unchecked("Idempotent-Replayed")
    static let lastEventID = unchecked("Last-Event-ID")

    /// A name that is a valid token; should it not be, one that nothing uses.
    private static func unchecked(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .te
    }
}
