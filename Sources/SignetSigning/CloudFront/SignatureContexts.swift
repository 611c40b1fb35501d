// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Synchronization

/// Contexts of OpenSSL that are ready to sign digests of one hash with one key.
///
/// To set one up costs a seventh of a signature of ECDSA, so they are kept: as many as signed at the same time, up to
/// `capacity`. OpenSSL allows to sign again with one (`EVP_PKEY_sign(3)`), but not from two threads at a time.
///
/// `@unchecked Sendable`: the key is only read, and the list is guarded.
final class SignatureContexts: @unchecked Sendable {
    /// Contexts that are kept at most.
    private static let capacity = 64

    /// A context that the holder of the reference uses alone.
    ///
    /// `@unchecked Sendable`: it is handed over through the list, and never in two hands.
    private final class Context: @unchecked Sendable {
        private let context: OpaquePointer

        init?(key: OpaquePointer, hash: CloudFrontHash) {
            guard let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
            self.context = context
            guard EVP_PKEY_sign_init(context) == 1,
                EVP_PKEY_CTX_set_signature_md(context, hash.algorithm) == 1
            else { return nil }
        }

        deinit { EVP_PKEY_CTX_free(context) }

        func sign(_ digest: UnsafeRawBufferPointer, to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
            var count = buffer.count
            let digest = digest.bindMemory(to: UInt8.self)
            guard EVP_PKEY_sign(context, buffer.baseAddress, &count, digest.baseAddress, digest.count) == 1 else {
                return nil
            }
            return count
        }
    }

    private let key: OpaquePointer
    private let hash: CloudFrontHash
    private let idle = Mutex<[Context]>([])

    /// - Parameter key: A private key; each context holds a reference to it, and so must the caller.
    init(key: OpaquePointer, hash: CloudFrontHash) {
        self.key = key
        self.hash = hash
    }

    /// Signs a digest: RSA by PKCS#1 v1.5, which is what OpenSSL does unless told otherwise, ECDSA in DER.
    ///
    /// - Returns: The length of the signature; `nil` if OpenSSL fails.
    func sign(_ digest: UnsafeRawBufferPointer, to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        guard let context = idle.withLock({ $0.popLast() }) ?? Context(key: key, hash: hash),
            let count = context.sign(digest, to: buffer)
        else { return nil }
        idle.withLock { idle in
            if idle.count < Self.capacity { idle.append(context) }
        }
        return count
    }
}
