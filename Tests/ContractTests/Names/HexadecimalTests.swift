// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct HexadecimalTests {
    /// RFC 4648, section 10, in lower case.
    @Test(arguments: [("", ""), ("f", "66"), ("foobar", "666f6f626172")])
    func standardsVectors(text: String, digits: String) {
        #expect(Hexadecimal.string(Array(text.utf8)) == digits)
    }

    @Test func everyByteIsTwoDigitsThatReadBack() {
        for byte in UInt8.min...UInt8.max {
            let digits = Array(Hexadecimal.string([byte]).utf8)
            #expect(digits.count == 2)
            let value = digits.compactMap(Hexadecimal.value(of:)).reduce(0) { $0 << 4 | $1 }
            #expect(value == byte)
        }
    }

    @Test func digitsOfBothCasesAreReadAndNothingElse() {
        let digits = Array("0123456789abcdefABCDEF".utf8)
        for byte in UInt8.min...UInt8.max {
            let expected = digits.contains(byte) ? UInt8(String(decoding: [byte], as: UTF8.self), radix: 16) : nil
            #expect(Hexadecimal.value(of: byte) == expected)
        }
    }

    @Test func onlyTheLowestFourBitsMakeADigit() {
        #expect(Hexadecimal.digit(0xAB) == UInt8(ascii: "b"))
    }
}
