// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct S3EndpointTests {
    @Test(arguments: [
        ("us-east-1", "amazonaws.com"), ("eu-central-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn"),
        ("cn-northwest-1", "amazonaws.com.cn"), ("us-gov-west-1", "amazonaws.com"), ("eusc-de-east-1", "amazonaws.eu"),
        ("us-iso-east-1", "c2s.ic.gov"), ("us-isob-east-1", "sc2s.sgov.gov"), ("eu-isoe-west-1", "cloud.adc-e.uk"),
        ("us-isof-south-1", "csp.hci.ic.gov"),
    ])
    func theHostIsRegionalInEachPartition(region: String, suffix: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: "examplebucket", region: region)
        #expect(endpoint.scheme == "https")
        #expect(endpoint.host == "examplebucket.s3.\(region).\(suffix)")
        #expect(endpoint.origin == "https://examplebucket.s3.\(region).\(suffix)")
        #expect(endpoint.pathPrefix.isEmpty)
        #expect(endpoint.region == region)
        #expect(!endpoint.isCustom)
        #expect(endpoint.warnings.isEmpty)
    }

    @Test(arguments: [
        ("examplebucket", AddressingStyle.auto, "examplebucket.s3.eu-west-1.amazonaws.com", ""),
        ("examplebucket", .virtual, "examplebucket.s3.eu-west-1.amazonaws.com", ""),
        ("examplebucket", .path, "s3.eu-west-1.amazonaws.com", "/examplebucket"),
        ("images.example.com", .auto, "s3.eu-west-1.amazonaws.com", "/images.example.com"),
        ("images.example.com", .path, "s3.eu-west-1.amazonaws.com", "/images.example.com"),
    ])
    func theStyleSaysWhereTheBucketStands(bucket: String, style: AddressingStyle, host: String, prefix: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: bucket, region: "eu-west-1", addressingStyle: style)
        #expect(endpoint.host == host)
        #expect(endpoint.pathPrefix == prefix)
        #expect(endpoint.bucket == bucket)
    }

    @Test
    func aBucketWithADotCannotStandInTheHost() throws {
        let refused = try refusal {
            try S3Endpoint.resolve(bucket: "a.bucket", region: "eu-west-1", addressingStyle: .virtual)
        }
        #expect(refused == Refusal(.invalidEndpoint, "addressingStyle"))
    }

    @Test(arguments: [
        ("eu-central-3", "eu-central-1", "amazonaws.com"), ("ap-southeast-12", "ap-southeast-1", "amazonaws.com"),
        ("cn-north-2", "cn-north-1", "amazonaws.com.cn"), ("us-gov-east-2", "us-gov-east-1", "amazonaws.com"),
        ("eusc-de-west-1", "eusc-de-east-1", "amazonaws.eu"), ("us-isof-east-9", "us-isof-east-1", "csp.hci.ic.gov"),
        ("us-eats-1", "us-east-1", "amazonaws.com"),
    ])
    func aRegionOfAKnownFormIsTakenWithAWarning(region: String, nearest: String, suffix: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: "examplebucket", region: region)
        #expect(endpoint.host == "examplebucket.s3.\(region).\(suffix)")
        #expect(endpoint.region == region)
        let warning = try #require(endpoint.warnings.first)
        #expect(endpoint.warnings.count == 1)
        #expect(warning.contains(region) && warning.contains("did you mean \(nearest)?"))
    }

    @Test(arguments: [
        "", "us-east", "useast1", "eu-central-1a", "EU-CENTRAL-1", "mars-north-1", "us-east-1.evil.example", "auto",
        "us-east-1/", "us_east_1", "eu--1", "eu-central-", "aws-global", String(repeating: "e", count: 70),
    ])
    func anythingElseIsNoRegion(region: String) throws {
        let refused = try refusal { try S3Endpoint.resolve(bucket: "examplebucket", region: region) }
        #expect(refused == Refusal(.unknownRegion, "region"))
    }

    @Test
    func theRefusalNamesTheNearestRegions() {
        let error = #expect(throws: SigningError.self) {
            try S3Endpoint.resolve(bucket: "examplebucket", region: "eu-centrall1")
        }
        #expect(error?.message.contains("did you mean eu-central-1, ") == true)
        #expect(error?.description.hasPrefix("unknown_region (region): ") == true)
    }
}
