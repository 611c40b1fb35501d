// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3Catalog
import Testing

/// Regions and partitions are those of botocore's data.
@Suite
struct RegionTests {
    @Test
    func theRegionsAreBotocores() throws {
        let oracles = try PartitionOracle.all()
        let expected = oracles.flatMap { partition in
            partition.regions.keys.map { "\(partition.id) \(partition.dnsSuffix) \($0)" }
        }
        let regions = S3Catalog.regions.map { "\($0.partition.id) \($0.partition.dnsSuffix) \($0.code)" }
        #expect(regions.sorted() == expected.sorted())
        // The four public partitions: 34, 2, 2 and 1.
        #expect(S3Catalog.regions.count { !$0.partition.id.hasPrefix("aws-iso") } == 39)
    }

    @Test
    func theirNamesAreBotocores() throws {
        let names = try PartitionOracle.all().reduce(into: [String: String]()) { $0.merge($1.regions) { $1 } }
        for region in S3Catalog.regions {
            // Ours has the tilde of São Paulo, and no capitals for compass points.
            let options: String.CompareOptions = [.caseInsensitive, .diacriticInsensitive]
            let name = try #require(names[region.code])
            #expect(region.name.compare(name, options: options) == .orderedSame, "\(region.code)")
        }
    }

    @Test
    func aCodeFindsItsRegion() throws {
        for region in S3Catalog.regions {
            #expect(S3Catalog.region(region.code) == region)
            #expect(region.isKnown)
            // Its form belongs to its own partition.
            #expect(S3Catalog.plausibleRegion(region.code)?.partition == region.partition)
        }
    }

    @Test(arguments: ["", "eu-central-9", "EU-CENTRAL-1", "aws-global", "eu-central-1 "])
    func anotherCodeFindsNone(code: String) {
        #expect(S3Catalog.region(code) == nil)
    }

    @Test(arguments: [
        "eu-central-9", "us-east-12", "mx-north-1", "cn-south-1", "us-gov-central-1", "us-iso-north-1",
        "us-isob-north-2",
        "us-isof-west-1", "eu-isoe-east-1", "eusc-de-west-2", "us-iso-1", "us-gov-1", "us-a_b-1", "il-x-0",
        "", "us", "us-east", "us-east-", "us--1", "-east-1", "us-east-1a", "us-east-1-2", "useast-1", "xx-east-1",
        "eusc-fr-west-1", "eusc-de-1", "us-isog-east-1", "us-east-1.example", "us-é-1", "auto", "aws-global",
    ])
    func aCodeIsPlausibleWherePartitionsPatternsMatch(code: String) throws {
        let partition = try PartitionOracle.all().first { try $0.couldContain(code) }
        // A letter with an accent is a word character to a regular expression, but stands in no region's code.
        let expected = code.utf8.allSatisfy { $0 < 0x80 } ? partition?.id : nil
        let region = S3Catalog.plausibleRegion(code)
        #expect(region?.partition.id == expected)
        if let region {
            #expect(region.code == code && region.name == code)
            #expect(!region.isKnown)
        }
    }

    @Test
    func aCodeOfAnyLengthIsNotPlausible() {
        #expect(S3Catalog.plausibleRegion("us-" + String(repeating: "a", count: 59) + "-1") != nil)
        #expect(S3Catalog.plausibleRegion("us-" + String(repeating: "a", count: 60) + "-1") == nil)
    }

    @Test(arguments: [
        ("eu-centrall-1", "eu-central-1"), ("us-esat-1", "us-east-1"), ("EU-WEST-3", "eu-west-3"),
        ("ap-southeast2", "ap-southeast-2"), ("cn-nortwest-1", "cn-northwest-1"), ("eusc-de-est-1", "eusc-de-east-1"),
    ])
    func aSlipFindsWhatWasMeant(slip: String, meant: String) {
        #expect(S3Catalog.nearestRegions(to: slip).first == meant)
        #expect(S3Catalog.nearestRegions(to: slip).count == 3)
        #expect(S3Catalog.nearestRegions(to: slip, limit: 1) == [meant])
    }
}
