// SPDX-License-Identifier: Apache-2.0

/// Strict percent-encoding as signatures want it: only `A-Z a-z 0-9 - . _ ~` stay
/// (S3 API Reference, "Authenticating Requests: Using Query Parameters", UriEncode).
public enum PercentEncoding {
    /// Encodes a query's name or value: `/` too.
    public static func query(_ text: String) -> String {
        encode(text, keepsSlash: false)
    }

    /// Encodes a key as a path: once, slashes stay, nothing is normalised.
    public static func path(_ text: String) -> String {
        encode(text, keepsSlash: true)
    }

    private static func encode(_ text: String, keepsSlash: Bool) -> String {
        var text = text
        return text.withUTF8 { source in
            String(unsafeUninitializedCapacity: source.count * 3) { target in
                write(UnsafeRawBufferPointer(source), to: UnsafeMutableRawBufferPointer(target), keepsSlash: keepsSlash)
            }
        }
    }

    // A bit for each ASCII character that stays: - . 0-9 in the first half, A-Z _ a-z ~ in the second.
    private static var lowUnreserved: UInt64 { 0x03FF_6000_0000_0000 }
    private static var highUnreserved: UInt64 { 0x47FF_FFFE_87FF_FFFE }

    /// Encodes into `target`, which must hold three times as many bytes.
    ///
    /// - Returns: Bytes written.
    static func write(
        _ source: UnsafeRawBufferPointer,
        to target: UnsafeMutableRawBufferPointer,
        keepsSlash: Bool
    ) -> Int {
        if keepsSlash, let count = copyIfBare(source, to: target) { return count }
        var position = 0
        let low = keepsSlash ? lowUnreserved | 1 << UInt64(UInt8(ascii: "/")) : lowUnreserved
        for byte in source {
            if byte < 128, (byte < 64 ? low : highUnreserved) &>> UInt64(byte & 63) & 1 == 1 {
                target[position] = byte
                position &+= 1
            } else {
                target[position] = UInt8(ascii: "%")
                target[position &+ 1] = digit(byte >> 4)
                target[position &+ 2] = digit(byte & 0xF)
                position &+= 3
            }
        }
        return position
    }

    /// Copies a path that has nothing to encode, eight bytes at a time.
    ///
    /// - Returns: Its length; `nil` if it is short or has something to encode.
    @inline(__always)
    private static func copyIfBare(
        _ source: UnsafeRawBufferPointer,
        to target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        let count = source.count
        guard count >= 8, let from = source.baseAddress, let to = target.baseAddress else { return nil }
        var offset = 0
        while true {
            let bytes = (from + offset).loadUnaligned(as: UInt64.self)
            guard areBare(bytes) else { return nil }
            (to + offset).storeBytes(of: bytes, as: UInt64.self)
            if offset &+ 8 == count { return count }
            // The last step overlaps the one before it.
            offset = min(offset &+ 8, count &- 8)
        }
    }

    /// Whether all eight bytes stay in a path. An addition carries into a byte's highest bit where the byte is large
    /// enough, and not beyond, for ASCII leaves that bit free.
    @inline(__always)
    private static func areBare(_ bytes: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        guard bytes & highs == 0 else { return false }
        let lower = bytes | ones &* 0x20
        let areLetters = (lower &+ ones &* (0x80 - 0x61)) & ~(lower &+ ones &* (0x80 - 0x7B))
        // - . / 0 to 9 stand in a row.
        let areOthers = (bytes &+ ones &* (0x80 - 0x2D)) & ~(bytes &+ ones &* (0x80 - 0x3A))
        let areUnderscores = ~((bytes ^ ones &* 0x5F) &+ ones &* 0x7F)
        let areTildes = ~((bytes ^ ones &* 0x7E) &+ ones &* 0x7F)
        return (areLetters | areOthers | areUnderscores | areTildes) & highs == highs
    }

    @inline(__always)
    static func isUnreserved(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? lowUnreserved : highUnreserved) &>> UInt64(byte & 63) & 1 == 1
    }

    @inline(__always)
    private static func digit(_ nibble: UInt8) -> UInt8 {
        // 'A' lies 7 after the digit that would follow '9'.
        nibble &+ 48 &+ (nibble > 9 ? 7 : 0)
    }
}
