// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct MultiRegionPresignerTests {
    private static let arn = "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"

    private static func presign(
        method: String = "GET",
        host: String = "a.mrap.accesspoint.s3-global.amazonaws.com",
        path: String = "/k",
        query: [S3ObjectOptions.Pair] = [],
        headers: [S3ObjectOptions.Pair] = [],
        expiresIn: Int64 = 60,
        service: String = "s3",
        credentials: SigningCredentials? = nil
    ) throws -> PresignedMultiRegionURL {
        try MultiRegionPresigner(credentials: credentials ?? Example.credentials()).presign(
            method,
            host: host,
            path: path,
            query: query,
            headers: headers,
            at: Example.time(),
            expiresIn: expiresIn,
            service: service
        )
    }

    private static func refusals(
        _ url: PresignedMultiRegionURL,
        region: String?,
        headers: [S3ObjectOptions.Pair]? = nil
    ) throws -> [SignatureRefusal] {
        let request = try ReceivedRequest(method: url.method, url: url.url, headers: headers ?? url.headers)
        return try SignatureVerifier(credentials: Example.credentials(), region: region)
            .verify(request, now: Example.unixSeconds).refusals
    }

    @Test
    func anOperationGoesToTheAccessPointsHost() throws {
        let endpoint = try S3Endpoint.resolve(bucket: Self.arn, region: "us-east-1")
        let presigner = try MultiRegionPresigner(credentials: Example.credentials())
        var options = S3ObjectOptions()
        options.contentType = "text/plain"
        options.encryption = S3Encryption.none
        let url = try presigner.presign(
            .putObject,
            at: endpoint,
            key: "a b/ü",
            options: options,
            regionSet: RegionSet("us-*,eu-central-1"),
            time: Example.time(),
            expiresIn: 600
        )
        let start = "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a%20b/%C3%BC?"
        #expect(url.url.hasPrefix(start + "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&"))
        #expect(url.url.contains("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fs3%2Faws4_request&"))
        #expect(url.url.contains("&X-Amz-Region-Set=us-%2A%2Ceu-central-1&"))
        #expect(url.headers.map { [$0.name, $0.value] } == [["content-type", "text/plain"]])
        #expect(url.expiry.end == Example.unixSeconds + 600)
        for region in ["us-east-1", "us-west-2", "eu-central-1"] {
            #expect(try Self.refusals(url, region: region) == [])
        }
        #expect(
            try Self.refusals(url, region: "eu-west-1")
                == [.otherRegion("us-*,eu-central-1", expected: "eu-west-1")]
        )
        #expect(try Self.refusals(url, region: nil, headers: []) == [.headerNotSent("content-type")])
    }

    @Test
    func aTokenIsSigned() throws {
        let credentials = try Example.credentials(sessionToken: "t/+=")
        let url = try Self.presign(credentials: credentials)
        #expect(url.url.contains("&X-Amz-Security-Token=t%2F%2B%3D&"))
        let request = try ReceivedRequest(method: "GET", url: url.url)
        #expect(SignatureVerifier(credentials: credentials).verify(request, now: Example.unixSeconds).isValid)
    }

    @Test
    func whatWouldBeAnotherRequestIsRefused() throws {
        #expect(try refusal { try Self.presign() } == nil)
        #expect(try refusal { try Self.presign(method: "get") } == Refusal(.invalidMethod, "method"))
        #expect(try refusal { try Self.presign(host: "a/b") } == Refusal(.invalidHost, "host"))
        #expect(try refusal { try Self.presign(path: "k") } == Refusal(.invalidPath, "path"))
        #expect(try refusal { try Self.presign(headers: [("host", "x")]) } == Refusal(.invalidHeader, "host"))
        #expect(try refusal { try Self.presign(expiresIn: 0) } == Refusal(.invalidExpiry, "expiresIn"))
        #expect(try refusal { try Self.presign(service: "S3") } == Refusal(.invalidOption, "service"))
        for name in ["", "X-Amz-Region-Set", "x-amz-signature"] {
            #expect(try refusal { try Self.presign(query: [(name, "x")]) } == Refusal(.invalidQuery, "query"))
        }
        let ended = try Example.credentials(sessionToken: "t", expiration: Example.unixSeconds)
        #expect(try refusal { try Self.presign(credentials: ended) } == Refusal(.credentialExpired, "credential"))
    }

    @Test
    func onlyMultiRegionAccessPointsAndTheirKeysAreTaken() throws {
        let presigner = try MultiRegionPresigner(credentials: Example.credentials())
        func refused(_ endpoint: S3Endpoint, _ key: String) throws -> Refusal? {
            try refusal {
                try presigner.presign(.getObject, at: endpoint, key: key, time: Example.time(), expiresIn: 60)
            }
        }
        #expect(try refused(Example.onAWS(), "k") == Refusal(.invalidEndpoint, "bucket"))
        let endpoint = try S3Endpoint.resolve(bucket: Self.arn, region: "us-east-1")
        #expect(try refused(endpoint, "k") == nil)
        for key in ["", String(repeating: "k", count: 1_025)] {
            #expect(try refused(endpoint, key) == Refusal(.invalidKey, "key"))
        }
    }

    @Test(arguments: [
        ("*", "us-east-1", true), ("us-east-1", "us-east-1", true), ("us-east-1", "us-east-10", false),
        ("us-*", "us-west-2", true), ("us-*", "eu-west-2", false), ("*-2", "us-west-2", true),
        ("*-1,us-*-2", "us-west-2", true), ("u*s*2", "us-west-2", true), ("u*w*1", "us-west-2", false),
        ("eu-west-1,us-west-2", "us-west-2", true), ("**", "a", true), ("a*", "a", true), ("a", "", false),
    ])
    func aRegionSetHoldsItsRegionsAndPatterns(set: String, region: String, isIn: Bool) throws {
        #expect(try RegionSet(set).contains(region) == isIn)
    }

    @Test(arguments: ["", ",", "us-east-1,", "US", "a b", "a\n", "ä", String(repeating: "a", count: 1_025)])
    func whatNamesNoRegionIsRefused(text: String) throws {
        #expect(try refusal { try RegionSet(text) } == Refusal(.invalidRegionSet, "regionSet"))
    }

    @Test
    func claimsOfAWrongFormAreNamed() throws {
        let url = PresignedURL(try Self.presign().url)
        for (name, value) in [
            ("X-Amz-Region-Set", nil), ("X-Amz-Region-Set", ""), ("X-Amz-Region-Set", "US"),
            ("X-Amz-Credential", "a/20130524/us-east-1/s3/aws4_request"),
            ("X-Amz-Credential", "a/20130524/aws4_request"),
            ("X-Amz-Signature", "00"), ("X-Amz-Signature", String(repeating: "0", count: 146)),
            ("X-Amz-Signature", String(repeating: "Z", count: 140)),
        ] as [(String, String?)] {
            let query = url.query.compactMap { pair in
                pair.hasPrefix("\(name)=") ? value.map { "\(name)=\(PercentEncoding.query($0))" } : pair
            }
            let altered = "https://\(url.host)\(url.path)?\(query.joined(separator: "&"))"
            let refused = try refusal { try ReceivedRequest(method: "GET", url: altered) }
            #expect(refused == Refusal(.invalidSignature, name), "\(name)=\(value ?? "")")
        }
    }
}
