// SPDX-License-Identifier: Apache-2.0

/// The end of a message that is hashed in whole blocks (FIPS 180-4, section 5.1.1).
enum SHA256Padding {
    static let blockLength = 64
    /// Bytes that padding adds at most.
    static let longest = 72

    /// Pads the end of a message.
    ///
    /// - Parameters:
    ///   - count: Bytes of the message in `buffer`, which must hold `longest` more.
    ///   - hashed: Bytes, of whole blocks, that were hashed before.
    /// - Returns: The length with the padding, of whole blocks.
    @inline(__always)
    static func pad(_ buffer: UnsafeMutableRawBufferPointer, count: Int, hashed: Int) -> Int {
        let padded = (count &+ 9 &+ 63) & ~63
        buffer[count] = 0x80
        for index in count &+ 1..<padded &- 8 { buffer[index] = 0 }
        let bits = UInt64(count &+ hashed) &* 8
        buffer.storeBytes(of: bits.bigEndian, toByteOffset: padded &- 8, as: UInt64.self)
        return padded
    }
}
