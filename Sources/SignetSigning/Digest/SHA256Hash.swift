// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The eight words of a state.
typealias SHA256Words = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)

/// A SHA-256 in progress (FIPS 180-4). A copy goes on from the same state, which is what caching it rests on.
package struct SHA256Hash {
    private var context = SHA256_CTX()

    package init() {
        SHA256_Init(&context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Ends the hash; the value must not be used again.
    package mutating func finalize() -> SHA256Digest {
        var digest = SHA256Digest()
        withUnsafeMutableBytes(of: &digest.words) { buffer in
            _ = SHA256_Final(buffer.bindMemory(to: UInt8.self).baseAddress, &context)
        }
        return digest
    }

    /// Hashes whole blocks; all that was hashed before must have been whole blocks as well.
    mutating func update(blocks: UnsafeRawBufferPointer) {
        SHA256_Update(&context, blocks.baseAddress, blocks.count)
    }

    /// The hash, if the last block held the padding: without the copies and the wiping of `finalize()`.
    var digestOfPaddedBlocks: SHA256Digest {
        var digest = SHA256Digest()
        withUnsafeMutableBytes(of: &digest.words) { bytes in
            withUnsafeBytes(of: context.h) { state in
                for offset in stride(from: 0, to: SHA256Digest.byteCount, by: 4) {
                    let word = state.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    bytes.storeBytes(of: word.bigEndian, toByteOffset: offset, as: UInt32.self)
                }
            }
        }
        return digest
    }

    /// The state behind whole blocks, to go on from by other means.
    var words: SHA256Words { context.h }

    package static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        var hash = SHA256Hash()
        hash.update(bytes)
        return hash.finalize()
    }
}
