// SPDX-License-Identifier: Apache-2.0

/// What a canonical request says about the body: its SHA-256, or that the signature does not cover it
/// (S3 API Reference, "Authenticating Requests: Using the Authorization Header", x-amz-content-sha256).
public struct PayloadHash: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits, or `UNSIGNED-PAYLOAD`.
    public let text: String

    /// The signature holds for any body; over plain HTTP anyone on the way could change it.
    public static let unsigned = PayloadHash(unchecked: CanonicalRequest.unsignedPayload)
    /// The hash of no bytes: requests without a body.
    public static let empty = PayloadHash(hash: [])

    /// The hash of a body that is at hand.
    public init(hash body: [UInt8]) {
        text = SHA256Hash.hash(body).hexadecimal
    }

    /// The hash of a body that was hashed elsewhere.
    ///
    /// - Parameter hexadecimal: 64 hexadecimal digits of either case.
    /// - Throws: `invalid_payload_hash`.
    public init(hexadecimal: String) throws(SigningError) {
        let text = hexadecimal.lowercased()
        guard Self.isHash(text) else {
            throw SigningError(
                .invalidPayloadHash,
                parameter: "payload",
                message: "a payload's hash is the SHA-256 of the body in 64 hexadecimal digits"
            )
        }
        self.text = text
    }

    init(unchecked text: String) {
        self.text = text
    }

    /// 64 digits, lower case.
    static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && Hexadecimal.bytes(text) != nil
    }

    /// The text.
    public var description: String { text }
}
