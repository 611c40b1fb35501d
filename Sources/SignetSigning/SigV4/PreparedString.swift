// SPDX-License-Identifier: Apache-2.0

/// A string to sign of which only the request's hash is still missing: whole blocks before it are hashed, the padding
/// behind it stands.
///
/// A class, for its states are large: closures lend a reference without a copy of them.
final class PreparedString: Sendable {
    let key: HMACKey
    /// The signature's inner hash behind the whole blocks.
    let inner: SHA256Hash
    /// From there to the end, with room for the digits.
    let end: [UInt8]
    let digitsOffset: Int

    /// - Parameter head: Everything before the hash.
    init(key: HMACKey, head: String) {
        let head = Array(head.utf8)
        let hashed = head.count / SHA256Padding.blockLength * SHA256Padding.blockLength
        var inner = key.inner
        head.withUnsafeBytes { inner.update(blocks: UnsafeRawBufferPointer(rebasing: $0[..<hashed])) }
        var end = Array(head[hashed...]) + [UInt8](repeating: 0, count: 64)
        let count = end.count
        end += [UInt8](repeating: 0, count: SHA256Padding.longest)
        let padded = end.withUnsafeMutableBytes {
            SHA256Padding.pad($0, count: count, hashed: SHA256Padding.blockLength + hashed)
        }
        self.key = key
        self.inner = inner
        self.end = Array(end[..<padded])
        digitsOffset = count - 64
    }

    /// Signs the string with the hash of a canonical request.
    func signature(ofRequest hash: SHA256Digest) -> SHA256Digest {
        withUnsafeTemporaryAllocation(byteCount: end.count, alignment: 16) { end in
            _ = end.append(self.end, at: 0)
            hash.writeHexadecimal(to: UnsafeMutableRawBufferPointer(rebasing: end[digitsOffset...]))
            var inner = inner
            inner.update(blocks: UnsafeRawBufferPointer(end))
            return key.finish(inner.digestOfPaddedBlocks)
        }
    }
}
