// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A private key whose public half a distribution trusts, read from PEM once: RSA of 2,048 bits at least, or ECDSA over
/// P-256 (CloudFront Developer Guide, "Specifying signers that can create signed URLs and signed cookies"). The owner of
/// OpenSSL's object; shows nothing of the key.
///
/// `@unchecked Sendable`: OpenSSL only reads the key when it signs, each time with a context that nobody else uses.
public final class CloudFrontKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Names the public key at CloudFront, e.g. `K2JCJMDEHXQW5F`; no secret.
    public let keyPairID: String
    private let key: OpaquePointer
    private let sha1: SignatureContexts
    private let sha256: SignatureContexts
    /// Bytes of a signature at most.
    private let longestSignature: Int

    /// Reads a key: PKCS#1 or PKCS#8 of RSA, SEC1 or PKCS#8 of EC; not encrypted.
    ///
    /// - Parameters:
    ///   - keyPairID: 1 to 128 letters, digits, hyphens and underscores.
    ///   - pem: Text with `-----BEGIN … PRIVATE KEY-----`.
    /// - Throws: `invalid_key_pair` or `invalid_private_key`; neither holds anything of the key.
    public init(keyPairID: String, pem: String) throws(SigningError) {
        guard
            (1...128).contains(keyPairID.utf8.count),
            keyPairID.utf8.allSatisfy({ PercentEncoding.isUnreserved($0) && $0 != UInt8(ascii: "~") })
        else {
            throw SigningError(
                .invalidKeyPair,
                parameter: "keyPairId",
                message: "a key pair's id is 1 to 128 letters, digits, hyphens and underscores, as CloudFront names it"
            )
        }
        let key = try PrivateKeyPEM.read(pem)
        do throws(SigningError) {
            try Self.check(key)
        } catch {
            EVP_PKEY_free(key)
            throw error
        }
        self.keyPairID = keyPairID
        self.key = key
        sha1 = SignatureContexts(key: key, hash: .sha1)
        sha256 = SignatureContexts(key: key, hash: .sha256)
        longestSignature = Int(EVP_PKEY_get_size(key))
    }

    deinit { EVP_PKEY_free(key) }

    /// Signs a policy: RSA by PKCS#1 v1.5, ECDSA in DER.
    ///
    /// - Throws: `signing_failed`.
    public func signature(of policy: String, hash: CloudFrontHash) throws(SigningError) -> [UInt8] {
        var isSigned = false
        let signature = [UInt8](unsafeUninitializedCapacity: longestSignature) { buffer, count in
            let signed =
                switch hash {
                case .sha1: SHA1Hash.withHash(of: policy) { sha1.sign($0, to: buffer) }
                case .sha256: SHA256Hash.hash(Array(policy.utf8)).withUnsafeBytes { sha256.sign($0, to: buffer) }
                }
            isSigned = signed != nil
            count = signed ?? 0
        }
        guard isSigned else {
            ERR_clear_error()
            throw SigningError(
                .signingFailed,
                parameter: "privateKey",
                message: "the policy could not be signed by the cryptographic library"
            )
        }
        return signature
    }

    private static func check(_ key: OpaquePointer) throws(SigningError) {
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA:
            let bits = EVP_PKEY_get_bits(key)
            guard (2_048...16_384).contains(bits) else {
                throw PrivateKeyPEM.invalid("is an RSA key of \(bits) bits; CloudFront takes 2048")
            }
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            var count = 0
            let isNamed = EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1
            let curve = String(decoding: name[..<min(count, name.count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard isNamed, curve == "prime256v1" else {
                ERR_clear_error()
                throw PrivateKeyPEM.invalid("is an EC key of another curve; CloudFront takes P-256 (prime256v1)")
            }
        default:
            throw PrivateKeyPEM.invalid("is neither RSA nor EC")
        }
    }

    /// Names the key pair alone.
    public var description: String { "CloudFrontKey(\(keyPairID))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the key pair's id alone.
    public var customMirror: Mirror { Mirror(self, children: ["keyPairID": keyPairID]) }
}

/// What policies are hashed with (CloudFront Developer Guide, `Hash-Algorithm`).
public enum CloudFrontHash: String, Sendable, Hashable, CaseIterable {
    /// What CloudFront takes where nothing is said.
    case sha1 = "SHA1"
    /// What a URL or cookie must name, and then CloudFront takes it.
    case sha256 = "SHA256"

    var algorithm: OpaquePointer? {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }
}
