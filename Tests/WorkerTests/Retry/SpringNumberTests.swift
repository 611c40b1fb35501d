// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct SpringNumberTests {
    /// What Java's `BigInteger.valueOf(n).toByteArray()` gives.
    @Test(
        arguments: [
            (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0x00, 0x80]), (255, [0x00, 0xFF]), (256, [0x01, 0x00]),
            (-1, [0xFF]), (-128, [0x80]), (-129, [0xFF, 0x7F]),
            (1_700_000_000_000, [0x01, 0x8B, 0xCF, 0xE5, 0x68, 0x00]),
            (Int64.max, [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            (Int64.min, [0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]),
        ] as [(Int64, [UInt8])]
    )
    func shortestBytesAreThoseOfJava(number: Int64, bytes: [UInt8]) {
        #expect(SpringNumber.shortest(number) == bytes)
        #expect(SpringNumber.read(bytes) == number)
    }

    @Test func numbersOfFixedLengthAreReadLikewise() {
        #expect(SpringNumber.bytes(Int32(3)) == [0, 0, 0, 3])
        #expect(SpringNumber.read([0, 0, 0, 3]) == 3)
        #expect(SpringNumber.read([3]) == 3)
        #expect(SpringNumber.read(SpringNumber.bytes(Int64(-7))) == -7)
    }

    @Test func otherBytesAreNoNumber() {
        #expect(SpringNumber.read([UInt8]()) == nil)
        #expect(SpringNumber.read([UInt8](repeating: 1, count: 9)) == nil)
    }
}
