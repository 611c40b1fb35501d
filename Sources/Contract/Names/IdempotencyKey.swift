// SPDX-License-Identifier: Apache-2.0

internal import Crypto
package import Foundation

/// A caller's name for a request that shall be done once, however often it is sent (the IETF's draft
/// `Idempotency-Key` header field).
package struct IdempotencyKey: Sendable, Hashable {
    /// Characters at most.
    package static let maximumLength = 255

    private let text: String

    /// - Parameter text: The value of the header: a string in quotation marks, or without them.
    /// - Returns: `nil` for what is empty, too long, or not visible ASCII.
    package init?(_ text: String) {
        var key = text[...]
        if key.count >= 2, key.hasPrefix("\""), key.hasSuffix("\"") { key = key.dropFirst().dropLast() }
        guard (1...Self.maximumLength).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return nil
        }
        self.text = String(key)
    }

    /// The job that a tenant's request of this key is: the same at every gateway.
    package func jobID(tenant: String) -> JobID {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Data("signet idempotent job v1".utf8)))
        // Of known length, so that no two pairs look alike.
        code.update(data: withUnsafeBytes(of: UInt64(tenant.utf8.count).bigEndian) { Data($0) })
        code.update(data: Data(tenant.utf8))
        code.update(data: Data(text.utf8))
        return JobID(random: Array(code.finalize()))
    }

    /// Tells requests of this key apart.
    package func fingerprint(path: String, body: [UInt8]) -> Data {
        var fingerprint = Fingerprint(of: self, path: path)
        body.withUnsafeBytes { fingerprint.update($0) }
        return fingerprint.finish()
    }

    /// A fingerprint of a body that comes in pieces.
    package struct Fingerprint: Sendable {
        private var code: HMAC<SHA256>

        package init(of key: IdempotencyKey, path: String) {
            code = HMAC(key: SymmetricKey(data: Data(key.text.utf8)))
            code.update(data: Data(path.utf8))
            code.update(data: [0])
        }

        package mutating func update(_ bytes: UnsafeRawBufferPointer) {
            code.update(data: bytes)
        }

        package func finish() -> Data { Data(code.finalize()) }
    }
}
