// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// S3 User Guide, "General purpose bucket naming rules".
@Suite
struct BucketNameTests {
    private static let longest = String(repeating: "b", count: 63)

    @Test(arguments: [
        "abc", "a-b", "a--b", "0a9", "123", "my.bucket.name", "1.2.3", "256.1.1.1", longest, "point-x1-s3alias",
    ])
    func namesWithinTheRulesAreTaken(bucket: String) throws {
        #expect(try refusal { try S3Endpoint.resolve(bucket: bucket, region: "us-east-1") } == nil)
    }

    @Test(arguments: [
        "", "ab", longest + "b", "Abc", "a_b", "a b", "abü", "a/b", "a%2Fb", "a?b", "-ab", "ab-", ".ab", "ab.", "a..b",
        "192.168.5.4", "0.0.0.0", "xn--bucket", "sthree-bucket", "bucket--ol-s3", "bucket--x-s3", "--usw2-az1--x-s3",
        "bucket.mrap", "bucket--table-s3", "abc\u{0}", "abc\r\n",
    ])
    func namesAgainstTheRulesAreRefused(bucket: String) throws {
        let refused = try refusal { try S3Endpoint.resolve(bucket: bucket, region: "us-east-1") }
        #expect(refused == Refusal(.invalidBucket, "bucket"))
    }

    @Test(arguments: ["My_Bucket", "UPPER", "a_b"])
    func otherStoresTakeMoreInAPath(bucket: String) throws {
        let store = "https://minio.example"
        let endpoint = try S3Endpoint.resolve(bucket: bucket, region: "auto", customEndpoint: store)
        #expect(endpoint.pathPrefix == "/\(bucket)")
        let refused = try refusal {
            try S3Endpoint.resolve(bucket: bucket, region: "auto", addressingStyle: .virtual, customEndpoint: store)
        }
        #expect(refused == Refusal(.invalidBucket, "bucket"))
    }

    @Test(arguments: ["ab", "_ab", "a/b", "a..b", "10.0.0.1", "a b", "ab\u{212A}"])
    func otherStoresDoNotTakeAnything(bucket: String) throws {
        let refused = try refusal {
            try S3Endpoint.resolve(bucket: bucket, region: "auto", customEndpoint: "https://minio.example")
        }
        #expect(refused == Refusal(.invalidBucket, "bucket"))
    }
}
