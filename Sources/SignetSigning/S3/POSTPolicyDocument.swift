// SPDX-License-Identifier: Apache-2.0

/// The text of a policy in the form that is signed
/// (S3 API Reference, "Authenticating Requests: Browser-Based Uploads Using POST").
package struct POSTPolicyDocument: Sendable, CustomStringConvertible, CustomReflectable {
    /// JSON.
    package let text: String

    package init(text: String) {
        self.text = text
    }

    /// Base64: the field `policy`, and the string to sign.
    package var encoded: String { Base64.encode(text.utf8) }

    /// What the field `x-amz-signature` holds in hexadecimal.
    package func signature(by key: SigningKey) -> SHA256Digest {
        key.hmac.authenticate(encoded)
    }

    /// Only what this is: the text may hold a session token.
    package var description: String { "POSTPolicyDocument" }
    /// Shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
