// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct CustomEndpointTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let endpoint: String
        let style: AddressingStyle
        let origin: String
        let prefix: String

        init(_ endpoint: String, _ style: AddressingStyle, _ origin: String, _ prefix: String) {
            self.endpoint = endpoint
            self.style = style
            self.origin = origin
            self.prefix = prefix
        }

        var testDescription: String { "\(endpoint), \(style)" }
    }

    @Test(arguments: [
        Case("https://minio.example:9000", .auto, "https://minio.example:9000", "/examplebucket"),
        Case("https://minio.example:9000", .path, "https://minio.example:9000", "/examplebucket"),
        Case("https://minio.example:9000", .virtual, "https://examplebucket.minio.example:9000", ""),
        Case("https://minio.example:443", .auto, "https://minio.example", "/examplebucket"),
        Case("http://minio.example:80", .virtual, "http://examplebucket.minio.example", ""),
        Case("http://minio.example:443", .auto, "http://minio.example:443", "/examplebucket"),
        Case("https://minio.example:80", .auto, "https://minio.example:80", "/examplebucket"),
        Case("https://minio.example/", .auto, "https://minio.example", "/examplebucket"),
        Case("https://minio.example/base/", .auto, "https://minio.example", "/base/examplebucket"),
        Case("https://minio.example:9000/a/b_c~d", .auto, "https://minio.example:9000", "/a/b_c~d/examplebucket"),
        Case("https://minio.example/base", .virtual, "https://examplebucket.minio.example", "/base"),
        Case("HTTPS://MinIO.Example/Base", .auto, "https://minio.example", "/Base/examplebucket"),
        Case("http://localhost:7480", .auto, "http://localhost:7480", "/examplebucket"),
        Case("http://minio_1:9000", .auto, "http://minio_1:9000", "/examplebucket"),
        Case("http://127.0.0.1:9000", .auto, "http://127.0.0.1:9000", "/examplebucket"),
        Case("http://[::1]:7480", .auto, "http://[::1]:7480", "/examplebucket"),
        Case("https://[2001:DB8::17]", .path, "https://[2001:db8::17]", "/examplebucket"),
        Case("https://[::ffff:10.0.0.1]:443/x", .auto, "https://[::ffff:10.0.0.1]", "/x/examplebucket"),
    ])
    func anEndpointGivesHostAndPath(_ given: Case) throws {
        let endpoint = try S3Endpoint.resolve(
            bucket: "examplebucket",
            region: "auto",
            addressingStyle: given.style,
            customEndpoint: given.endpoint
        )
        #expect(endpoint.origin == given.origin)
        #expect(endpoint.pathPrefix == given.prefix)
        #expect(endpoint.isCustom)
        #expect(endpoint.warnings.isEmpty)
    }

    @Test(arguments: [
        "", "minio.example", "ftp://minio.example", "https://", "https:///path", "https://user@minio.example",
        "https://user:secret@minio.example", "https://minio.example?x=1", "https://minio.example/#a",
        "https://minio.example:0", "https://minio.example:65536", "https://minio.example:",
        "https://minio.example:+443",
        "https://minio.example:-1", "https://minio.example:9000x", "https://minio..example", "https://-minio.example",
        "https://minio-.example", "https://minio.example.", "https://[::1", "https://::1", "https://[]",
        "https://[g::1]",
        "https://minio.example/a b", "https://minio.example/a%20b", "https://minio.exämple", "https://a\\b",
        "https://a\r\nb",
        "https://minio.example/" + String(repeating: "a", count: 1_024), "https://" + String(repeating: "a", count: 64),
    ])
    func anythingElseIsNoEndpoint(text: String) throws {
        let refused = try refusal {
            try S3Endpoint.resolve(bucket: "examplebucket", region: "auto", customEndpoint: text)
        }
        #expect(refused == Refusal(.invalidEndpoint, "endpoint"))
    }

    @Test(arguments: [
        ("http://127.0.0.1:9000", "examplebucket"), ("http://[::1]:7480", "examplebucket"),
        ("https://minio.example", "a.bucket"),
    ])
    func aBucketCannotStandBeforeAnAddressOrBesideACertificate(endpoint: String, bucket: String) throws {
        let refused = try refusal {
            try S3Endpoint.resolve(
                bucket: bucket,
                region: "auto",
                addressingStyle: .virtual,
                customEndpoint: endpoint
            )
        }
        #expect(refused == Refusal(.invalidEndpoint, "addressingStyle"))
    }

    @Test
    func aBucketWithADotMayStandBeforeAHostWithoutTLS() throws {
        let endpoint = try S3Endpoint.resolve(
            bucket: "a.bucket",
            region: "auto",
            addressingStyle: .virtual,
            customEndpoint: "http://minio.example:9000"
        )
        #expect(endpoint.origin == "http://a.bucket.minio.example:9000")
    }

    @Test(arguments: ["auto", "us-east-1", "eu-nowhere-77", "garage", "1", String(repeating: "r", count: 64)])
    func aStoreMayCallItsRegionAsItLikes(region: String) throws {
        let endpoint = try S3Endpoint.resolve(
            bucket: "examplebucket",
            region: region,
            customEndpoint: "https://minio.example"
        )
        #expect(endpoint.region == region)
    }

    @Test(arguments: ["", "EU", "a b", "a/b", "a_b", "ä", "a.b", String(repeating: "r", count: 65)])
    func aRegionThatBreaksTheScopeIsRefused(region: String) throws {
        let refused = try refusal {
            try S3Endpoint.resolve(bucket: "examplebucket", region: region, customEndpoint: "https://minio.example")
        }
        #expect(refused == Refusal(.unknownRegion, "region"))
    }

    @Test
    func thePortIsPartOfWhatIsSigned() throws {
        let template = try S3Signer(credentials: Example.credentials()).template(
            .getObject,
            at: Example.onCustomStore(),
            time: Example.time(),
            expiresIn: 60
        )
        let other = try S3Signer(credentials: Example.credentials()).template(
            .getObject,
            at: S3Endpoint.resolve(
                bucket: "examplebucket",
                region: "us-east-1",
                customEndpoint: "https://minio.example:9001"
            ),
            time: Example.time(),
            expiresIn: 60
        )
        #expect(try template.sign(key: "k").signature != other.sign(key: "k").signature)
    }
}
