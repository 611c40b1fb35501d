// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A key of SSE-C: S3 encrypts with it and forgets it (S3 User Guide, "Using server-side encryption with
/// customer-provided keys"). The client must send it, so it is among the headers of the signed request; shown nowhere
/// else.
public struct S3CustomerKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: SecretBytes

    /// - Parameter bytes: 32, for AES-256.
    /// - Throws: `invalid_encryption`.
    public init(_ bytes: [UInt8]) throws(SigningError) {
        guard bytes.count == 32 else {
            throw SigningError(
                .invalidEncryption,
                parameter: "customerKey",
                message: "a customer's key has 32 bytes (AES-256), not \(bytes.count)"
            )
        }
        self.bytes = SecretBytes(bytes)
    }

    /// Algorithm, key and the key's MD5.
    ///
    /// - Parameter infix: Empty, or `copy-source-` for the key of what is copied.
    package func headers(infix: String = "") -> [S3ObjectOptions.Pair] {
        let name = "x-amz-\(infix)server-side-encryption-customer"
        return bytes.withUnsafeBytes { bytes in
            var digest = [UInt8](repeating: 0, count: Int(MD5_DIGEST_LENGTH))
            _ = MD5(bytes.baseAddress, bytes.count, &digest)
            return [
                ("\(name)-algorithm", "AES256"), ("\(name)-key", Base64.encode(bytes)),
                ("\(name)-key-md5", Base64.encode(digest)),
            ]
        }
    }

    /// Only what this is.
    public var description: String { "S3CustomerKey" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
