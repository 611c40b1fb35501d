// SPDX-License-Identifier: Apache-2.0

import CSigningBaseline

/// The owner of the C baseline of signatures with a private key: a new key in each run.
final class KeyPair {
    private let pair: OpaquePointer

    init(isRSA: Bool) throws {
        guard let pair = signet_key_pair_create(isRSA ? 1 : 0) else {
            throw BenchError(description: "the baseline could not make a key")
        }
        self.pair = pair
    }

    deinit {
        signet_key_pair_destroy(pair)
    }

    /// The private key in PEM.
    var pem: String {
        var length = 0
        guard let text = signet_key_pair_pem(pair, &length) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
    }

    static func digest(of text: String) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SIGNET_DIGEST_LENGTH))
        let bytes = text.utf8.map { CChar(bitPattern: $0) }
        signet_key_pair_digest(bytes, bytes.count, &digest)
        return digest
    }

    /// Writes the signature of a digest to a buffer of `SIGNET_LONGEST_SIGNATURE` bytes; returns its length.
    func sign(_ digest: [UInt8], to buffer: UnsafeMutablePointer<UInt8>) -> Int {
        signet_key_pair_sign(pair, digest, buffer)
    }

    func isSignature(_ signature: [UInt8], of digest: [UInt8]) -> Bool {
        signet_key_pair_verify(pair, digest, signature, signature.count) == 1
    }
}
