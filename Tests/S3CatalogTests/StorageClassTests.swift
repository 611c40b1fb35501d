// SPDX-License-Identifier: Apache-2.0

import S3Catalog
import Testing

/// S3 User Guide, "Understanding and managing Amazon S3 storage classes"; prices of us-east-1.
@Suite
struct StorageClassTests {
    struct Expected: Sendable, CustomTestStringConvertible {
        let name: String
        let wireValue: String
        let price: Double?
        var hasMonitoringFee = false
        var restriction = StorageClass.Restriction.none

        var testDescription: String { name }
    }

    private static let classes = [
        Expected(name: "STANDARD", wireValue: "STANDARD", price: 0.023),
        Expected(name: "STANDARD_IA", wireValue: "STANDARD_IA", price: 0.0125),
        Expected(name: "ONEZONE_IA", wireValue: "ONEZONE_IA", price: 0.01),
        Expected(name: "INTELLIGENT_TIERING", wireValue: "INTELLIGENT_TIERING", price: 0.023, hasMonitoringFee: true),
        Expected(name: "GLACIER_INSTANT_RETRIEVAL", wireValue: "GLACIER_IR", price: 0.004),
        Expected(name: "GLACIER_FLEXIBLE_RETRIEVAL", wireValue: "GLACIER", price: 0.0036),
        Expected(name: "GLACIER_DEEP_ARCHIVE", wireValue: "DEEP_ARCHIVE", price: 0.00099),
        Expected(name: "REDUCED_REDUNDANCY", wireValue: "REDUCED_REDUNDANCY", price: nil),
        Expected(name: "EXPRESS_ONEZONE", wireValue: "EXPRESS_ONEZONE", price: nil, restriction: .directoryBuckets),
        Expected(name: "OUTPOSTS", wireValue: "OUTPOSTS", price: nil, restriction: .outposts),
    ]

    @Test(arguments: classes)
    func bothSpellingsFindAClass(expected: Expected) throws {
        for spelling in [expected.name, expected.wireValue] {
            let found = try #require(StorageClass.named(spelling))
            #expect(found.name == expected.name)
            #expect(found.wireValue == expected.wireValue)
            #expect(found.pricePerGigabyteMonth == expected.price)
            #expect(found.hasMonitoringFee == expected.hasMonitoringFee)
            #expect(found.restriction == expected.restriction)
        }
    }

    @Test
    func thereAreNoOthersAndSevenHaveAPrice() {
        #expect(StorageClass.all.map(\.name) == Self.classes.map(\.name))
        #expect(StorageClass.all.count { $0.pricePerGigabyteMonth != nil } == 7)
    }

    @Test(arguments: ["", "standard", "GLACIER_INSTANT", "DEEP_ARCHIVE ", "FSX_OPENZFS_"])
    func anotherSpellingFindsNone(spelling: String) {
        #expect(StorageClass.named(spelling) == nil)
    }
}
