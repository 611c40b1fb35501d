// SPDX-License-Identifier: Apache-2.0

/// The form of a request that both sides hash ("Create a signed AWS API request", step 1). Shows only its hash: the text
/// may hold a session token.
public struct CanonicalRequest: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// What stands in for the hash of a body that the signer does not see.
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// Its lines; they may hold a session token.
    public let text: String

    /// - Parameters:
    ///   - method: Of HTTP, e.g. `GET`.
    ///   - path: Encoded.
    ///   - query: Encoded and sorted.
    ///   - headers: In canonical form.
    ///   - payload: What is signed of the body.
    public init(
        method: String,
        path: String,
        query: String,
        headers: CanonicalHeaders,
        payload: PayloadHash = .unsigned
    ) {
        text = "\(method)\n\(path)" + Self.tail(query: query, headers: headers, payload: payload)
    }

    /// Everything after the path.
    static func tail(query: String, headers: CanonicalHeaders, payload: PayloadHash = .unsigned) -> String {
        "\n\(query)\n\(headers.lines)\n\(headers.signedNames)\n\(payload.text)"
    }

    /// What the string to sign holds of the request.
    public var hash: SHA256Digest {
        SHA256Hash.hash(Array(text.utf8))
    }

    /// Names the hash alone.
    public var description: String { "CanonicalRequest(\(hash.hexadecimal))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the hash alone.
    public var customMirror: Mirror { Mirror(self, children: ["hash": hash.hexadecimal]) }
}
