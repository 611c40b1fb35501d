// SPDX-License-Identifier: Apache-2.0

/// A key of HMAC-SHA-256 (RFC 2104) with both padded blocks hashed already: half of a short message's work.
package struct HMACKey: Sendable {
    private(set) var inner = SHA256Hash()
    private(set) var outer = SHA256Hash()

    package init(_ key: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { block in
            block.initializeMemory(as: UInt8.self, repeating: 0)
            if key.count > 64 {
                var hash = SHA256Hash()
                hash.update(key)
                hash.finalize().withUnsafeBytes { block.copyMemory(from: $0) }
            } else {
                block.copyMemory(from: key)
            }
            for index in 0..<64 { block[index] ^= 0x36 }
            inner.update(UnsafeRawBufferPointer(block))
            for index in 0..<64 { block[index] ^= 0x36 ^ 0x5C }
            outer.update(UnsafeRawBufferPointer(block))
            block.initializeMemory(as: UInt8.self, repeating: 0)
        }
    }

    init(_ key: SHA256Digest) {
        self = key.withUnsafeBytes { HMACKey($0) }
    }

    package func authenticate(_ message: UnsafeRawBufferPointer) -> SHA256Digest {
        var inner = inner
        inner.update(message)
        return finish(inner.finalize())
    }

    func authenticate(_ text: String) -> SHA256Digest {
        var inner = inner
        inner.update(text)
        return finish(inner.finalize())
    }

    /// The code of a message from the hash that began as a copy of `inner`.
    func finish(_ digest: SHA256Digest) -> SHA256Digest {
        var outer = outer
        // The digest and its padding: one block behind the one that is hashed.
        var block = (digest.words, UInt64(0x80).littleEndian, UInt64(0), UInt64(0), UInt64(96 * 8).bigEndian)
        withUnsafeBytes(of: &block) { outer.update(blocks: $0) }
        return outer.digestOfPaddedBlocks
    }
}
