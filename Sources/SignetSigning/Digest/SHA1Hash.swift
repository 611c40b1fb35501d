// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// SHA-1 (FIPS 180-4), which CloudFront signs with unless told otherwise; of no use for anything else.
enum SHA1Hash {
    /// Bytes of a hash.
    static let byteCount = 20

    /// Lends the hash of a text.
    static func withHash<Result>(of text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var context = SHA_CTX()
        SHA1_Init(&context)
        var text = text
        text.withUTF8 { _ = SHA1_Update(&context, $0.baseAddress, $0.count) }
        return withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { hash in
            _ = SHA1_Final(hash.bindMemory(to: UInt8.self).baseAddress, &context)
            return body(UnsafeRawBufferPointer(hash))
        }
    }
}
