// SPDX-License-Identifier: Apache-2.0

/// The 32 bytes of a SHA-256 hash, a key or a signature; held in place, without an allocation.
public struct SHA256Digest: Sendable, Hashable {
    /// Bytes of a digest.
    public static let byteCount = 32

    // In memory order: read and written as bytes only.
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    /// Compares the bytes.
    public static func == (left: Self, right: Self) -> Bool {
        left.words == right.words
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    /// Lends the 32 bytes.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    /// The bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    public var hexadecimal: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            writeHexadecimal(to: UnsafeMutableRawBufferPointer(buffer))
            return 64
        }
    }

    /// Writes 64 hexadecimal digits to the start of `buffer`, which must hold as many.
    func writeHexadecimal(to buffer: UnsafeMutableRawBufferPointer) {
        withUnsafeBytes { bytes in
            guard let digest = bytes.baseAddress, let target = buffer.baseAddress else { return }
            Self.writeHexadecimal(of: digest, to: target)
        }
    }

    /// Writes the 64 hexadecimal digits of the 32 bytes of a digest.
    @inline(__always)
    static func writeHexadecimal(of digest: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
        for index in 0..<8 {
            let four = UInt32(littleEndian: digest.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            target.storeBytes(of: digits(four).littleEndian, toByteOffset: index * 8, as: UInt64.self)
        }
    }

    /// Copies the 32 bytes of a digest.
    init(copying bytes: UnsafeRawPointer) {
        words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }

    /// The eight digits of four bytes at once; the first byte is the lowest.
    @inline(__always)
    private static func digits(_ four: UInt32) -> UInt64 {
        let low: UInt64 = 0x000F_000F_000F_000F
        let ones: UInt64 = 0x0101_0101_0101_0101
        var bytes = UInt64(four)
        bytes = (bytes | (bytes &<< 16)) & 0x0000_FFFF_0000_FFFF
        bytes = (bytes | (bytes &<< 8)) & 0x00FF_00FF_00FF_00FF
        let nibbles = ((bytes &>> 4) & low) | ((bytes & low) &<< 8)
        let areLetters = ((nibbles &+ (ones &* 6)) &>> 4) & ones
        // 'a' lies 39 after the digit that would follow '9'.
        return nibbles &+ (ones &* 48) &+ (areLetters &* 39)
    }
}
