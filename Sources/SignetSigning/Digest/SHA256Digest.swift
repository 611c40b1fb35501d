// SPDX-License-Identifier: Apache-2.0

/// The 32 bytes of a SHA-256 hash, a key or a signature; held in place, without an allocation.
public struct SHA256Digest: Sendable, Hashable {
    /// Bytes of a digest.
    public static let byteCount = 32

    // In memory order: read and written as bytes only.
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    public static func == (left: Self, right: Self) -> Bool {
        left.words == right.words
    }

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
            for index in 0..<32 {
                buffer[index * 2] = Self.digit(bytes[index] >> 4)
                buffer[index * 2 + 1] = Self.digit(bytes[index] & 0xF)
            }
        }
    }

    @inline(__always)
    private static func digit(_ nibble: UInt8) -> UInt8 {
        // 'a' lies 39 after the digit that would follow '9'.
        nibble &+ 48 &+ (nibble > 9 ? 39 : 0)
    }
}
