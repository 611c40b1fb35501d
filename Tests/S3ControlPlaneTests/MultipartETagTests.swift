// SPDX-License-Identifier: Apache-2.0

import S3ControlPlane
import Testing

/// Against what Python's hashlib makes of the same parts.
@Suite struct MultipartETagTests {
    private static let parts = [
        "6d0bb00954ceb7fbee436bb55a8397a9", "7806c0bf75f9f9b46ba74ebb8aff2de4", "4b78b18591f8b110fe288a813f020717",
    ]
    private static let whole = "72f83169700d08713ea9a0d239f510ed-3"

    @Test func isTheDigestOfTheDigestsAndTheirNumber() {
        #expect(MultipartETag.of(Self.parts) == Self.whole)
        #expect(MultipartETag.of(Self.parts.map { "\"\($0)\"" }) == Self.whole)
        #expect(MultipartETag.of(Self.parts.reversed()) != Self.whole)
    }

    @Test(arguments: ["", "\"", "x", "6d0bb00954ceb7fbee436bb55a8397a90", "6d0bb00954ceb7fbee436bb55a8397ag", "abc-2"])
    func whatIsNoDigestHasNone(part: String) {
        #expect(MultipartETag.of([part]) == nil)
    }

    @Test func tellsHowManyPartsThereWere() {
        #expect(MultipartETag.partCount(of: "\"72f83169700d08713ea9a0d239f510ed-3\"") == 3)
        #expect(MultipartETag.partCount(of: "6d0bb00954ceb7fbee436bb55a8397a9") == nil)
        #expect(MultipartETag.partCount(of: "") == nil)
        #expect(MultipartETag.areEqual("\"a-1\"", "a-1"))
        #expect(!MultipartETag.areEqual("a-1", "a-2"))
    }
}
