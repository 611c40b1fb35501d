// SPDX-License-Identifier: Apache-2.0

import S3Catalog
import SignetSigning
import Testing

@Suite
struct S3EndpointVariantsTests {
    private static let hosts: [(variants: S3EndpointVariants, host: String)] = [
        (.dualStack, "b-1.s3.dualstack.us-east-1.amazonaws.com"),
        (.fips, "b-1.s3-fips.us-east-1.amazonaws.com"),
        ([.fips, .dualStack], "b-1.s3-fips.dualstack.us-east-1.amazonaws.com"),
        (.accelerated, "b-1.s3-accelerate.amazonaws.com"),
        ([.accelerated, .dualStack], "b-1.s3-accelerate.dualstack.amazonaws.com"),
    ]

    @Test(arguments: hosts)
    func eachHasAHostOfItsOwnAndTheRegionStays(variants: S3EndpointVariants, host: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: "b-1", region: "us-east-1", variants: variants)
        #expect(endpoint.host == host)
        #expect(endpoint.region == "us-east-1")
    }

    /// What excludes each other, and which option is to blame.
    struct Impossible: Sendable {
        let variants: S3EndpointVariants
        let parameter: String
        var bucket = "examplebucket"
        var region = "us-east-1"
        var style = AddressingStyle.auto
        var endpoint: String?
    }

    @Test(arguments: [
        Impossible(variants: [.accelerated, .fips], parameter: "accelerate"),
        Impossible(variants: .accelerated, parameter: "accelerate", bucket: "a.bucket"),
        Impossible(variants: .accelerated, parameter: "accelerate", style: .path),
        Impossible(variants: .accelerated, parameter: "accelerate", region: "cn-north-1"),
        Impossible(variants: .accelerated, parameter: "accelerate", region: "us-gov-west-1"),
        Impossible(variants: .accelerated, parameter: "accelerate", endpoint: "https://minio.example"),
        Impossible(variants: .accelerated, parameter: "accelerate", bucket: "a--use1-az4--x-s3"),
        Impossible(
            variants: .accelerated,
            parameter: "accelerate",
            bucket: "arn:aws:s3:us-east-1:111122223333:accesspoint/my-point"
        ),
        Impossible(variants: .fips, parameter: "fips", region: "eu-central-1"),
        Impossible(variants: .fips, parameter: "fips", region: "cn-north-1"),
        Impossible(variants: .fips, parameter: "fips", region: "eusc-de-east-1"),
        Impossible(variants: .fips, parameter: "fips", endpoint: "https://minio.example"),
        Impossible(variants: .dualStack, parameter: "dualStack", region: "us-iso-east-1"),
        Impossible(variants: .dualStack, parameter: "dualStack", endpoint: "https://minio.example"),
        Impossible(
            variants: .dualStack,
            parameter: "dualStack",
            bucket: "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"
        ),
    ])
    func impossibleCombinationsAreRefusedByName(impossible: Impossible) throws {
        let refused = try refusal {
            try S3Endpoint.resolve(
                bucket: impossible.bucket,
                region: impossible.region,
                addressingStyle: impossible.style,
                customEndpoint: impossible.endpoint,
                variants: impossible.variants
            )
        }
        #expect(refused == Refusal(.invalidEndpoint, impossible.parameter))
    }

    @Test(arguments: ["us-gov-east-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "us-west-2", "ca-west-1"])
    func regionsWithHostsOfFIPS(region: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: "examplebucket", region: region, variants: .fips)
        #expect(endpoint.host.hasPrefix("examplebucket.s3-fips.\(region)."))
    }
}
