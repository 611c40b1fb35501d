// SPDX-License-Identifier: Apache-2.0

/// Names a job: a UUIDv7 (RFC 9562, section 5.7), so that ids sort by the time of acceptance.
package struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// The 128 bits, most significant first.
    package let high: UInt64
    package let low: UInt64

    /// The time of acceptance that the id tells, Unix milliseconds; of an id that is no UUIDv7 any number.
    package var unixMilliseconds: Int64 { Int64(high >> 16) }

    /// Makes a new id.
    ///
    /// - Parameters:
    ///   - unixMilliseconds: The time of acceptance; its lowest 48 bits are kept.
    ///   - generator: Gives the 74 random bits.
    package init(unixMilliseconds: Int64, using generator: inout some RandomNumberGenerator) {
        let time = UInt64(truncatingIfNeeded: unixMilliseconds) << 16
        high = time | 0x7000 | UInt64.random(in: 0...0x0FFF, using: &generator)
        low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &generator)
    }

    /// Makes a new id from the system's random numbers.
    package init(unixMilliseconds: Int64) {
        var generator = SystemRandomNumberGenerator()
        self.init(unixMilliseconds: unixMilliseconds, using: &generator)
    }

    /// An id of other bytes, at least 16 (RFC 9562, section 5.8: version 8).
    init(random bytes: [UInt8]) {
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        high = number(0..<8) & 0xFFFF_FFFF_FFFF_0FFF | 0x8000
        low = number(8..<16) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    /// Reads the canonical text form, `8-4-4-4-12` hexadecimal digits of any version; `nil` if it is none.
    package init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let id = text.withUTF8({ JobID(utf8: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// Reads the canonical text form from its bytes.
    package init?(utf8 bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for position in 0..<36 {
            let byte = bytes[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Hexadecimal.value(of: byte) else { return nil }
            if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            digits += 1
        }
        self.high = high
        self.low = low
    }

    /// The canonical text form, lower case.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = index < 16 ? high : low
                buffer[position] = Hexadecimal.digit(UInt8(truncatingIfNeeded: half >> UInt64(60 - index % 16 * 4)))
                position += 1
            }
            return 36
        }
    }
}
