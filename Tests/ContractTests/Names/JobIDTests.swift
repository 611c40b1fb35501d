// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct JobIDTests {
    /// Gives the same bits for ever.
    struct Constant: RandomNumberGenerator {
        let bits: UInt64

        func next() -> UInt64 { bits }
    }

    /// RFC 9562, appendix A.6: the UUIDv7 of 2022-02-22T19:22:22Z is `017F22E2-79B0-7CC3-98C4-DC0C0C07398F`.
    static let example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    static let exampleMilliseconds: Int64 = 1_645_557_742_000

    @Test func firstFortyEightBitsAreTheTimeOfTheStandardsExample() {
        let id = JobID(unixMilliseconds: Self.exampleMilliseconds)
        #expect(id.description.prefix(13) == Self.example.prefix(13))
    }

    @Test(arguments: [0, UInt64.max, 0x0123_4567_89AB_CDEF])
    func versionIsSevenAndVariantIsTenWhateverTheRandomBits(bits: UInt64) {
        var generator = Constant(bits: bits)
        let id = JobID(unixMilliseconds: 1_700_000_000_000, using: &generator)
        let text = Array(id.description)
        #expect(text[14] == "7")
        #expect("89ab".contains(text[19]))
        #expect(id.high >> 12 & 0xF == 7)
        #expect(id.low >> 62 == 0b10)
    }

    @Test(arguments: [(0, 1), (1_699_999_999_999, 1_700_000_000_000), (1_700_000_000_000, 281_474_976_710_655)])
    func textSortsByTime(earlier: Int64, later: Int64) {
        // The earlier one with the highest random bits, the later one with the lowest.
        var high = Constant(bits: .max)
        var low = Constant(bits: 0)
        let first = JobID(unixMilliseconds: earlier, using: &high)
        let second = JobID(unixMilliseconds: later, using: &low)
        #expect(first.description < second.description)
        #expect(first.high < second.high)
    }

    @Test func twoIdsOfTheSameMillisecondDiffer() {
        let ids = Set((0..<1_000).map { _ in JobID(unixMilliseconds: 1_700_000_000_000) })
        #expect(ids.count == 1_000)
    }

    @Test(arguments: [
        example, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-4fff-bfff-ffffffffffff",
    ])
    func canonicalTextIsReadAndWrittenInLowerCase(text: String) throws {
        let id = try #require(JobID(text))
        #expect(id.description == text.lowercased())
    }

    @Test func partsOfAnExampleAreItsHalves() throws {
        let id = try #require(JobID(Self.example))
        #expect(id.high == 0x017F_22E2_79B0_7CC3)
        #expect(id.low == 0x98C4_DC0C_0C07_398F)
    }

    @Test(arguments: [
        "", "-", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e27-9b0-7cc3-98c4-dc0c0c07398f", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        "017f22e2_79b0_7cc3_98c4_dc0c0c07398f", "०17f22e2-79b0-7cc3-98c4-dc0c0c073",
        "+17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    ])
    func otherTextIsRefused(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test(arguments: [Int64.min, -1, .max])
    func timesOutsideFortyEightBitsNeverTrap(milliseconds: Int64) throws {
        let id = JobID(unixMilliseconds: milliseconds)
        #expect(JobID(id.description) == id)
        #expect(id.high >> 12 & 0xF == 7)
    }
}
