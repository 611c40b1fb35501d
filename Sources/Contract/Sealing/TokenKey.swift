// SPDX-License-Identifier: Apache-2.0

package import Crypto
internal import Foundation

/// A key that gateways seal tokens with, the same at all of them. Text form: `<id>:<base64 of 32 bytes>`; only `exported`
/// gives it.
package struct TokenKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// Names the key in each token, so that several are good while keys rotate.
    package let id: String
    package let key: SymmetricKey

    /// Makes a new key; the id is the start of its SHA-256 unless one is given.
    package init(id: String? = nil) {
        key = SymmetricKey(size: .bits256)
        let digest = key.withUnsafeBytes { Array(SHA256.hash(data: $0).prefix(4)) }
        self.id = id ?? Hexadecimal.string(digest)
    }

    /// Reads the text form.
    package init(_ text: String) throws(SealingKeyError) {
        let (id, bytes) = try SealingKeyText.parse(text, kind: "token key", remedy: "signet keys generate-token-key")
        self.id = id
        key = SymmetricKey(data: bytes)
    }

    /// The text form: a secret.
    package var exported: String { "\(id):\(key.withUnsafeBytes { Data($0) }.base64EncodedString())" }

    package var description: String { "TokenKey(id: \(id), key: redacted)" }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}
