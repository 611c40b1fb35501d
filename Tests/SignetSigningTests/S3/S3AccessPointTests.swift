// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// What takes a bucket's place. Hosts of those that botocore resolves without further libraries are in the corpus too.
@Suite
struct S3AccessPointTests {
    private static let point = "arn:aws:s3:eu-central-1:111122223333:accesspoint/my-point"

    @Test(arguments: [
        (point, "my-point-111122223333.s3-accesspoint.eu-central-1.amazonaws.com", "s3", "eu-central-1"),
        (
            "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint:p-1",
            "p-1-111122223333.s3-accesspoint.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1"
        ),
        (
            "arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/my-function",
            "my-function-111122223333.s3-object-lambda.us-east-1.amazonaws.com", "s3-object-lambda", "us-east-1"
        ),
        (
            "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-01234567890123456/accesspoint/my-point",
            "my-point-111122223333.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com", "s3-outposts", "us-west-2"
        ),
        (
            "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
            "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", "s3", "*"
        ),
    ])
    func anARNHasAHostAndAService(arn: String, host: String, service: String, region: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: arn, region: "")
        #expect(endpoint.host == host)
        #expect(endpoint.service == service)
        #expect(endpoint.region == region)
        #expect(endpoint.bucket == arn)
        #expect(endpoint.pathPrefix.isEmpty)
    }

    @Test
    func anARNsRegionIsTheOnlyOne() throws {
        #expect(try S3Endpoint.resolve(bucket: Self.point, region: "eu-central-1").region == "eu-central-1")
        let refused = try refusal { try S3Endpoint.resolve(bucket: Self.point, region: "us-east-1") }
        #expect(refused == Refusal(.unknownRegion, "region"))
    }

    @Test(arguments: [
        "arn:", "arn:aws:s3", "arn:aws:s3:eu-central-1:111122223333:accesspoint",
        "arn:aws:s3:eu-central-1:1:accesspoint/a-b",
        "arn:mars:s3:eu-central-1:111122223333:accesspoint/my-point", "arn:aws:s3:::bucket",
        "arn:aws:s3:eu-central-1:111122223333:accesspoint/My_Point",
        "arn:aws:s3:eu-central-1:111122223333:accesspoint/",
        "arn:aws:s3:eu-central-1:111122223333:accesspoint/a/b",
        "arn:aws:sqs:eu-central-1:111122223333:accesspoint/my-point",
        "arn:aws:s3::111122223333:accesspoint/no-alias", "arn:aws:s3::111122223333:accesspoint/evil.example/.mrap",
        "arn:aws:s3-outposts:us-west-2:111122223333:outpost/op-1/bucket/b",
        "arn:aws-cn:s3:eu-central-1:111122223333:accesspoint/my-point",
        "arn:aws:s3:eu-central-1:١١١١٢٢٢٢٣٣٣٣:accesspoint/my-point",
        "arn:aws:s3-object-lambda::111122223333:accesspoint/my-point",
    ])
    func otherARNsAreRefused(arn: String) throws {
        #expect(try refusal { try S3Endpoint.resolve(bucket: arn, region: "") } == Refusal(.invalidARN, "bucket"))
    }

    @Test(arguments: [point, "a--usw2-az1--x-s3"])
    func whatStandsInTheHostHasNoPathStyle(bucket: String) throws {
        let region = bucket.hasPrefix("arn:") ? "" : "us-west-2"
        let refused = try refusal { try S3Endpoint.resolve(bucket: bucket, region: region, addressingStyle: .path) }
        #expect(refused == Refusal(.invalidEndpoint, "addressingStyle"))
    }

    @Test(arguments: [
        ("logs--usw2-az1--x-s3", "usw2-az1"), ("a--b--use1-az4--x-s3", "use1-az4"),
        ("logs--usw2-lax1-az1--x-s3", "usw2-lax1-az1"), ("point--usw2-az1--xa-s3", "usw2-az1"),
    ])
    func aDirectoryBucketNamesItsZone(bucket: String, zone: String) throws {
        let endpoint = try S3Endpoint.resolve(bucket: bucket, region: "us-west-2")
        #expect(endpoint.host == "\(bucket).s3express-\(zone).us-west-2.amazonaws.com")
        #expect(endpoint.service == "s3express")
    }

    @Test(arguments: [
        "xn--t--usw2-az1--x-s3", "--x-s3", "logs--x-s3", "--usw2-az1--x-s3", "logs--zone--x-s3", "Logs--usw2-az1--x-s3",
        "a.b--usw2-az1--x-s3",
    ])
    func aDirectoryBucketWithoutAZoneIsRefused(bucket: String) throws {
        let refused = try refusal { try S3Endpoint.resolve(bucket: bucket, region: "us-west-2") }
        #expect(refused == Refusal(.invalidBucket, "bucket"))
    }

    @Test
    func aDirectoryBucketsSessionHasAParameterOfItsOwn() throws {
        let credentials = try Example.credentials(sessionToken: "session/token")
        let template = try S3Signer(credentials: credentials).template(
            .getObject,
            at: S3Endpoint.resolve(bucket: "logs--usw2-az1--x-s3", region: "us-west-2"),
            time: Example.time(),
            expiresIn: 60
        )
        #expect(template.query.contains("&X-Amz-S3session-Token=session%2Ftoken&"))
        #expect(!template.query.contains("Security-Token"))
        #expect(template.query.contains("%2Fus-west-2%2Fs3express%2Faws4_request&"))
    }
}
