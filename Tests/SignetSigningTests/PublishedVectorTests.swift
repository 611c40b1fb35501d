// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

/// The presigned request that AWS publishes with all its steps
/// (S3 API Reference, "Authenticating Requests: Using Query Parameters", example).
@Suite
struct PublishedVectorTests {
    private static let query =
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    private static let canonicalRequest = """
        GET
        /test.txt
        \(query)
        host:examplebucket.s3.amazonaws.com

        host
        UNSIGNED-PAYLOAD
        """
    private static let requestHash = "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    private static let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    private static let host = "examplebucket.s3.amazonaws.com"

    @Test
    func eachStageGivesThePublishedValue() throws {
        let time = try Example.time()
        let scope = CredentialScope(dateStamp: time.dateStamp, region: "us-east-1")
        let request = try CanonicalRequest(
            method: "GET",
            path: "/test.txt",
            query: Self.query,
            headers: CanonicalHeaders(host: Self.host, headers: [])
        )
        #expect(request.text == Self.canonicalRequest)
        #expect(request.hash.hexadecimal == Self.requestHash)

        let string = StringToSign(time: time, scope: scope, canonicalRequest: request)
        #expect(
            string.text == """
                AWS4-HMAC-SHA256
                20130524T000000Z
                20130524/us-east-1/s3/aws4_request
                \(Self.requestHash)
                """
        )
        let key = try SigningKey(credentials: Example.credentials(), scope: scope)
        #expect(key.signature(of: string).hexadecimal == Self.signature)
    }

    @Test
    func aTemplateGivesThePublishedURL() throws {
        let template = try S3Signer(credentials: Example.credentials()).template(
            .getObject,
            at: S3Endpoint(host: Self.host, bucket: "examplebucket", region: "us-east-1"),
            time: Example.time(),
            expiresIn: 86_400
        )
        let object = try template.sign(key: "test.txt")
        #expect(object.path == "/test.txt")
        #expect(object.signature.hexadecimal == Self.signature)
        #expect(
            template.url(for: object)
                == "https://\(Self.host)/test.txt?\(Self.query)&X-Amz-Signature=\(Self.signature)"
        )
        #expect(template.headers.isEmpty)
    }
}
