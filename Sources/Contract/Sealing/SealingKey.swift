// SPDX-License-Identifier: Apache-2.0

package import Crypto
internal import Foundation

/// What went wrong with a key given as text. The text itself is never repeated.
package struct SealingKeyError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// The workers' public key: what a gateway seals credentials to. Text form: `<id>:<base64 of 32 bytes>`.
package struct SealingPublicKey: Sendable, CustomStringConvertible {
    /// Names the key in each sealed credential, so that workers can hold several while keys rotate.
    package let id: String
    package let key: Curve25519.KeyAgreement.PublicKey

    package init(id: String, key: Curve25519.KeyAgreement.PublicKey) {
        self.id = id
        self.key = key
    }

    /// Reads the text form.
    package init(_ text: String) throws(SealingKeyError) {
        let (id, bytes) = try SealingKeyText.parse(text, kind: "sealing public key")
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes) else {
            throw SealingKeyError(
                description: "the sealing public key \(id) is no X25519 key; run `signet keys generate`"
            )
        }
        self.init(id: id, key: key)
    }

    package var description: String { "\(id):\(key.rawRepresentation.base64EncodedString())" }
}

/// A worker's private key. Text form: `<id>:<base64 of 32 bytes>`; only `exported` gives it.
package struct SealingPrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    package let id: String
    package let key: Curve25519.KeyAgreement.PrivateKey

    /// Makes a new key; the id is the start of the public key's SHA-256 unless one is given.
    package init(id: String? = nil) {
        let key = Curve25519.KeyAgreement.PrivateKey()
        let digest = Array(SHA256.hash(data: key.publicKey.rawRepresentation).prefix(4))
        self.id = id ?? Hexadecimal.string(digest)
        self.key = key
    }

    /// Reads the text form.
    package init(_ text: String) throws(SealingKeyError) {
        let (id, bytes) = try SealingKeyText.parse(text, kind: "sealing private key")
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else {
            throw SealingKeyError(
                description: "the sealing private key \(id) is no X25519 key; run `signet keys generate`"
            )
        }
        self.id = id
        self.key = key
    }

    package var publicKey: SealingPublicKey { SealingPublicKey(id: id, key: key.publicKey) }

    /// The text form: a secret.
    package var exported: String { "\(id):\(key.rawRepresentation.base64EncodedString())" }

    package var description: String { "SealingPrivateKey(id: \(id), key: redacted)" }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

enum SealingKeyText {
    static func parse(
        _ text: String,
        kind: String,
        remedy: String = "signet keys generate"
    ) throws(SealingKeyError) -> (id: String, bytes: Data) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard
            let colon = trimmed.firstIndex(of: ":"), colon != trimmed.startIndex,
            let bytes = Data(base64Encoded: String(trimmed[trimmed.index(after: colon)...])), bytes.count == 32
        else {
            throw SealingKeyError(
                description: "a \(kind) reads <id>:<base64 of 32 bytes>; run `\(remedy)`"
            )
        }
        return (String(trimmed[..<colon]), bytes)
    }
}
