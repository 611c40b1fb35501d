// SPDX-License-Identifier: Apache-2.0

internal import CSHA256

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
        signet_sha256_hexadecimal(
            digest.assumingMemoryBound(to: UInt8.self),
            target.assumingMemoryBound(to: UInt8.self)
        )
    }

    /// Copies the 32 bytes of a digest.
    init(copying bytes: UnsafeRawPointer) {
        words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }
}
