// SPDX-License-Identifier: Apache-2.0

import S3Catalog
import Testing

@Suite
struct EditDistanceTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("flaw", "lawn", 2),
        ("saturday", "sunday", 3), ("ab", "ba", 2), ("ü", "u", 2), ("intention", "execution", 5),
    ])
    func changesOfBytesAreCounted(left: String, right: String, distance: Int) {
        #expect(EditDistance.between(left, right) == distance)
        #expect(EditDistance.between(right, left) == distance)
    }

    @Test
    func longInputIsCutToABound() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(EditDistance.between(long, "") == 128)
        #expect(EditDistance.between(long, long + "b") == 0)
    }

    @Test
    func theNearestComesFirstAndTiesInTheOrderGiven() {
        let names = ["delta", "alpha", "alphb", "beta", "alphc"]
        #expect(EditDistance.nearest(to: "alph", in: names, limit: 3) == ["alpha", "alphb", "alphc"])
        #expect(EditDistance.nearest(to: "beta", in: names) == ["beta"])
        #expect(EditDistance.nearest(to: "x", in: names, limit: 0).isEmpty)
        #expect(EditDistance.nearest(to: "x", in: [], limit: 2).isEmpty)
        #expect(EditDistance.nearest(to: "x", in: ["a", "b"], limit: 5) == ["a", "b"])
    }
}
