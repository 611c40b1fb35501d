// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A key of ECDSA over P-256 with SHA-256 (FIPS 186-5), private or public: the owner of OpenSSL's object.
///
/// `@unchecked Sendable`: OpenSSL only reads the key when it signs and verifies, each time with a context of its own.
final class P256Key: @unchecked Sendable {
    private let key: OpaquePointer

    /// What stands before the 32 bytes of a private key in its DER form (RFC 5915), and behind them: the curve's name.
    private static let privateHead: [UInt8] = [0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20]
    private static let privateTail: [UInt8] = [
        0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
    ]
    /// What stands before the 65 bytes of a public key in its DER form (RFC 5480).
    private static let publicHead: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
        0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]

    private init(takingOwnershipOf key: OpaquePointer) {
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// A private key; OpenSSL derives the public one.
    ///
    /// - Parameter scalar: 32 bytes, 1 to the curve's order less one.
    static func privateKey(_ scalar: [UInt8]) throws(SigningError) -> P256Key {
        var der = privateHead + scalar + privateTail
        defer { der.wipe() }
        let key = der.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return d2i_PrivateKey(EVP_PKEY_EC, nil, &place, bytes.count)
        }
        guard let key else { throw failure("the key could not be made") }
        return P256Key(takingOwnershipOf: key)
    }

    /// A public key.
    ///
    /// - Parameter point: 65 bytes, uncompressed.
    static func publicKey(_ point: [UInt8]) throws(SigningError) -> P256Key {
        let key = (publicHead + point).withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return d2i_PUBKEY(nil, &place, bytes.count)
        }
        guard point.count == 65, point.first == 0x04, let key else {
            if let key { EVP_PKEY_free(key) }
            throw failure("the public key is no point of the curve")
        }
        return P256Key(takingOwnershipOf: key)
    }

    /// The point of the public key: 65 bytes, uncompressed.
    func point() throws(SigningError) -> [UInt8] {
        var der: UnsafeMutablePointer<UInt8>?
        let count = Int(i2d_PUBKEY(key, &der))
        defer { CRYPTO_free(der, #file, #line) }
        guard let der, count == Self.publicHead.count + 65 else { throw Self.failure("the key has no public part") }
        return Array(UnsafeBufferPointer(start: der, count: count).dropFirst(Self.publicHead.count))
    }

    /// Signs a message with a random number: another signature each time.
    ///
    /// - Returns: DER, 72 bytes at most.
    func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 80)
        var count = signature.count
        guard context != nil, EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { throw Self.failure("the message could not be signed") }
        return Array(signature[..<count])
    }

    /// - Parameter signature: DER, in its only form.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard context != nil, EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        else {
            // What it wrote down about a wrong signature would confuse whoever asks next on this thread.
            ERR_clear_error()
            return false
        }
        return true
    }

    private static func failure(_ what: String) -> SigningError {
        ERR_clear_error()
        return SigningError(.signingFailed, parameter: "key", message: "\(what) by the cryptographic library")
    }
}

extension [UInt8] {
    /// Overwrites what was secret.
    mutating func wipe() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
