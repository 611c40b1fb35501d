// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Where a webhook goes: a URL that can stand in Kafka, for it carries no secret.
package struct WebhookURL: Sendable, Hashable {
    /// UTF-8 bytes at most.
    private static let maximumLength = 2_048

    package let text: String

    /// - Throws: What is wrong with it, of the field `webhook`.
    package init(_ text: String) throws(FailureError) {
        func refusal(_ message: String) -> FailureError {
            FailureError(.invalidValue, field: "webhook", message: message)
        }
        guard text.utf8.count <= Self.maximumLength else {
            throw refusal("webhook has at most \(Self.maximumLength) bytes")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), ["https", "http"].contains(scheme), parts.host?.isEmpty == false
        else { throw refusal("webhook must be a URL such as https://example.com/hooks, in ASCII") }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw refusal(
                "webhook must have neither user, query nor fragment, which may hold secrets: its signature tells who sends"
            )
        }
        self.text = text
    }

    /// Scheme, host and port, as they stand there.
    package var origin: String {
        let path = text.firstRange(of: "://").flatMap { text[$0.upperBound...].firstIndex(of: "/") }
        return String(text[..<(path ?? text.endIndex)])
    }
}
