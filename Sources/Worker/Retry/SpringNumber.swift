// SPDX-License-Identifier: Apache-2.0

/// Numbers in the headers of Spring Kafka: big-endian bytes of two's complement.
package enum SpringNumber {
    /// As Java's `ByteBuffer.putInt` and `putLong` write them.
    package static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// As Java's `BigInteger.toByteArray` writes them: as few bytes as hold the number and its sign.
    package static func shortest(_ number: Int64) -> [UInt8] {
        var bytes = bytes(number)[...]
        while let first = bytes.first, let second = bytes.dropFirst().first {
            guard first == 0 && second < 0x80 || first == 0xFF && second >= 0x80 else { break }
            bytes = bytes.dropFirst()
        }
        return Array(bytes)
    }

    /// A number of 1 to 8 bytes, written either way; `nil` if it is none.
    package static func read(_ bytes: some Collection<UInt8>) -> Int64? {
        guard let first = bytes.first, bytes.count <= 8 else { return nil }
        return bytes.reduce(first < 0x80 ? 0 : -1) { $0 << 8 | Int64($1) }
    }
}
