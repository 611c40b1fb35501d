// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Reads private keys from PEM (RFC 7468; the older forms of RFC 8017 and RFC 5915), not encrypted.
///
/// The armour is taken off before OpenSSL is asked what the bytes are: that question costs milliseconds whatever the
/// answer, and an armour of something else has a better one.
enum PrivateKeyPEM {
    /// Bytes of a PEM file at most.
    private static let longest = 65_536
    private static let labels = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]

    /// - Returns: OpenSSL's key, which the caller frees.
    /// - Throws: `invalid_private_key`, which holds nothing of the key.
    static func read(_ pem: String) throws(SigningError) -> OpaquePointer {
        guard pem.utf8.count <= longest else { throw invalid("is longer than \(longest) bytes") }
        if pem.contains("ENCRYPTED") {
            throw invalid("is encrypted; decrypt it first (openssl pkey -in FILE -out FILE) and guard the file instead")
        }
        var pem = pem
        let key = pem.withUTF8 { bytes -> OpaquePointer? in
            guard let file = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(file) }
            // Before the key there may be its parameters, or certificates.
            while true {
                switch next(of: file) {
                case .end: return nil
                case .other: continue
                case .key(let key): return key
                }
            }
        }
        // What it wrote down about other forms that it tried would confuse whoever asks next on this thread.
        ERR_clear_error()
        guard let key else { throw invalid("is no private key in PEM (-----BEGIN PRIVATE KEY-----)") }
        return key
    }

    private enum Block {
        case end
        case other
        /// `nil`: the bytes are no key.
        case key(OpaquePointer?)
    }

    /// Takes the armour off the next block.
    private static func next(of file: OpaquePointer) -> Block {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard PEM_read_bio(file, &name, &header, &bytes, &count) == 1, let name, let bytes else { return .end }
        defer {
            CRYPTO_free(name, nil, 0)
            CRYPTO_free(header, nil, 0)
            CRYPTO_clear_free(bytes, count, nil, 0)
        }
        guard labels.contains(String(cString: name)) else { return .other }
        var start: UnsafePointer<UInt8>? = UnsafePointer(bytes)
        return .key(d2i_AutoPrivateKey(nil, &start, count))
    }

    static func invalid(_ what: String) -> SigningError {
        SigningError(.invalidPrivateKey, parameter: "privateKey", message: "the key \(what)")
    }
}
