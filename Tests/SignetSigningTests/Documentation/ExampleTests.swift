// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// The examples of the library's documentation, as they stand there: `DocumentationTests` compares them.
@Suite struct ExampleTests {
    private static func signer() throws -> S3Signer { S3Signer(credentials: try Example.credentials()) }

    @Test func presigningRequests() throws {
        let signer = S3Signer(
            credentials: try SigningCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            )
        )
        let download = try signer.template(
            .getObject,
            at: S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1"),
            time: SigningTime(unixSeconds: 1_369_353_600),
            expiresIn: 86_400
        )
        let url = try download.url(forKey: "test.txt")
        #expect(
            url.hasPrefix("https://examplebucket.s3.us-east-1.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256")
        )
        #expect(url.contains("&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"))

        var options = S3ObjectOptions()
        options.contentType = "image/jpeg"
        options.contentLength = 1_048_576
        options.storageClass = "STANDARD_IA"
        options.metadata = [("owner", "Grüße")]
        options.ifNoneMatch = "*"
        let upload = try signer.template(
            .putObject,
            at: S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1"),
            time: SigningTime(unixSeconds: 1_369_353_600),
            expiresIn: 900,
            options: options
        )
        let whatTheClientSends = (
            method: upload.method, url: try upload.url(forKey: "photos/cat.jpg"), headers: upload.headers
        )
        #expect(whatTheClientSends.method == "PUT")
        #expect(
            whatTheClientSends.headers.map(\.name) == [
                "content-length", "content-type", "if-none-match", "x-amz-meta-owner", "x-amz-server-side-encryption",
                "x-amz-storage-class",
            ]
        )
        for header in whatTheClientSends.headers { #expect(whatTheClientSends.url.contains(header.name)) }

        var part = S3ObjectOptions()
        part.uploadID = "VXBsb2FkIElE"
        part.partNumber = 2
        part.contentLength = 5_242_880
        let sendsPart = try signer.template(
            .uploadPart,
            at: S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1"),
            time: SigningTime(unixSeconds: 1_369_353_600),
            expiresIn: 3_600,
            options: part
        ).url(forKey: "big.bin")
        #expect(sendsPart.contains("partNumber=2") && sendsPart.contains("uploadId=VXBsb2FkIElE"))

        let written = try withUnsafeTemporaryAllocation(
            byteCount: download.longestURL(forKeyOf: "test.txt".utf8.count),
            alignment: 1
        ) { buffer in
            let count = try download.writeURL(forKey: "test.txt", to: buffer)
            return Array(buffer[..<count])
        }
        #expect(String(decoding: written, as: UTF8.self) == url)
    }

    @Test func endpoints() throws {
        let onAWS = try S3Endpoint.resolve(bucket: "my-bucket", region: "eu-central-1")
        let inChina = try S3Endpoint.resolve(bucket: "my-bucket", region: "cn-north-1")
        let withDot = try S3Endpoint.resolve(bucket: "my.bucket", region: "eu-central-1")
        #expect(onAWS.origin == "https://my-bucket.s3.eu-central-1.amazonaws.com")
        #expect(inChina.origin == "https://my-bucket.s3.cn-north-1.amazonaws.com.cn")
        #expect(withDot.origin + withDot.pathPrefix == "https://s3.eu-central-1.amazonaws.com/my.bucket")

        let dualStack = try S3Endpoint.resolve(bucket: "my-bucket", region: "us-west-2", variants: [.dualStack, .fips])
        let accelerated = try S3Endpoint.resolve(bucket: "my-bucket", region: "us-west-2", variants: .accelerated)
        #expect(dualStack.host == "my-bucket.s3-fips.dualstack.us-west-2.amazonaws.com")
        #expect(accelerated.host == "my-bucket.s3-accelerate.amazonaws.com")
        #expect(throws: SigningError.self) {
            try S3Endpoint.resolve(bucket: "my.bucket", region: "us-west-2", variants: .accelerated)
        }

        let point = try S3Endpoint.resolve(
            bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/my-point",
            region: ""
        )
        let directory = try S3Endpoint.resolve(bucket: "logs--usw2-az1--x-s3", region: "us-west-2")
        #expect(point.host == "my-point-123456789012.s3-accesspoint.us-west-2.amazonaws.com")
        #expect(directory.host == "logs--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com")

        let minio = try S3Endpoint.resolve(
            bucket: "my-bucket",
            region: "us-east-1",
            customEndpoint: "https://storage.example:9000/base"
        )
        let r2 = try S3Endpoint.resolve(
            bucket: "my-bucket",
            region: "auto",
            customEndpoint: "https://0123456789abcdef.eu.r2.cloudflarestorage.com"
        )
        #expect(minio.origin + minio.pathPrefix == "https://storage.example:9000/base/my-bucket")
        #expect(r2.region == "auto" && r2.pathPrefix == "/my-bucket")
        #expect(try S3Endpoint.resolve(bucket: "b-1", region: "eu-elsewhere-9").warnings.count == 1)
    }

    @Test func multiRegionAccessPoints() throws {
        let presigner = try MultiRegionPresigner(
            credentials: SigningCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            )
        )
        let everywhere = try presigner.presign(
            .getObject,
            at: S3Endpoint.resolve(
                bucket: "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
                region: ""
            ),
            key: "photos/cat.jpg",
            time: SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 3_600
        )
        let multiRegionURL = everywhere.url
        #expect(
            multiRegionURL.hasPrefix("https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/photos/cat.jpg?")
        )
        let request = try ReceivedRequest(method: "GET", url: multiRegionURL)
        let verifier = try SignatureVerifier(credentials: Example.credentials())
        #expect(verifier.verify(request, now: 1_700_000_000).isValid)
    }

    @Test func lifetimes() throws {
        let session = try SigningCredentials(
            accessKeyID: "ASIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE",
            expiration: 1_700_003_600
        )
        let limited = try S3Signer(credentials: session).template(
            .getObject,
            at: S3Endpoint.resolve(bucket: "my-bucket", region: "eu-central-1"),
            time: SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 86_400
        )
        let end = limited.expiry.end
        let reason = limited.expiry.limitedBy
        #expect(end == 1_700_003_600)
        #expect(reason == .credential)

        let early = try SigningTime(unixSeconds: 1_700_000_123, window: 300)
        let late = try SigningTime(unixSeconds: 1_700_000_399, window: 300)
        #expect(early.unixSeconds == 1_700_000_100)
        #expect(late.amzDate == early.amzDate)
    }

    @Test func batches() throws {
        let signer = try Self.signer()
        let template = try signer.template(
            .getObject,
            at: S3Endpoint.resolve(bucket: "my-bucket", region: "eu-central-1"),
            time: SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 3_600
        )
        let keys = (1...1_000).map { "photos/\($0).jpg" } + [""]
        let urls = template.urls(forKeys: keys)
        #expect(try urls[6].get() == template.url(forKey: "photos/7.jpg"))
        #expect(throws: SigningError.self) { try urls[1_000].get() }
    }

    @Test func batchesOfSignatures() throws {
        let template = try Example.template()
        let keys = (1...1_000).map { "photos/\($0).jpg" }
        let batch = template.sign(keys: keys)
        let signatures = batch.signatures
        let second = try batch[1].get()
        let sameURL = template.url(for: second)
        #expect(signatures.count == 32_000)
        #expect(try sameURL == template.url(forKey: "photos/2.jpg"))
    }

    @Test func forms() throws {
        let policy = POSTPolicy(
            bucket: "examplebucket",
            key: "uploads/${filename}",
            fields: [("success_action_status", "201")],
            conditions: [
                .startsWith(field: "Content-Type", prefix: "image/"), .contentLength(from: 1, to: 10_485_760),
            ]
        )
        let form = try policy.signed(
            with: SigningCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            ),
            at: SigningTime(unixSeconds: 1_451_347_200),
            expiresIn: 3_600,
            region: "us-east-1"
        )
        let fields = form.fields
        let names = fields.map(\.name)
        for name in ["key", "success_action_status", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date"] {
            #expect(names.contains(name))
        }
        let text = try #require(fields.first { $0.name == "policy" }.flatMap { Data(base64Encoded: $0.value) })
        let json = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        #expect(
            json?["expiration"] as? String == "2015-12-29T01:00:00Z"
                || json?["expiration"] as? String == "2015-12-29T01:00:00.000Z"
        )
    }

    /// The signature is the one that AWS publishes (S3 API Reference, "Signature Calculations for the Authorization
    /// Header", example PUT Object).
    @Test func headerAuthentication() throws {
        var request = SignableRequest(method: "PUT", host: "examplebucket.s3.amazonaws.com", path: "/test$file.text")
        request.headers = [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")]
        request.payload = PayloadHash(hash: Array("Welcome to Amazon S3.".utf8))
        let signed = try request.signed(
            with: SigningCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            ),
            at: SigningTime(unixSeconds: 1_369_353_600),
            region: "us-east-1"
        )
        let authorization = signed.headers.first { $0.name == "authorization" }?.value
        #expect(
            authorization?.hasSuffix("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") == true
        )
    }

    @Test func cloudFront() async throws {
        let pem = try #require(await CloudFrontOracle.keys()["rsa pkcs8"])
        let key = try CloudFrontKey(keyPairID: "K2JCJMDEHXQW5F", pem: pem)
        let cloudFront = CloudFrontSigner(key: key, hash: .sha256)

        let object = try CloudFrontSigner.url(domain: "d111111abcdef8.cloudfront.net", key: "videos/a b.mp4")
        let canned = try cloudFront.sign(url: object, policy: CloudFrontPolicy(url: object, end: 1_767_290_400))
        #expect(
            canned.hasPrefix("https://d111111abcdef8.cloudfront.net/videos/a%20b.mp4?Expires=1767290400&Signature=")
        )
        #expect(canned.hasSuffix("&Key-Pair-Id=K2JCJMDEHXQW5F&Hash-Algorithm=SHA256"))

        let custom = try CloudFrontPolicy(
            resource: "https://d111111abcdef8.cloudfront.net/videos/*",
            end: 1_767_290_400,
            start: 1_767_200_000,
            ipRange: "203.0.113.0/24"
        )
        let cookies = try cloudFront.cookies(policy: custom)
        #expect(
            cookies.map(\.name) == [
                "CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm",
            ]
        )

        let ring = try CloudFrontKeyRing([
            .init(key: key), .init(key: CloudFrontKey(keyPairID: "KNEXT", pem: pem), activeFrom: 1_767_225_600),
        ])
        let now = try ring.key(at: 1_767_225_600)
        #expect(now.keyPairID == "KNEXT")
    }

    @Test func verification() throws {
        let presignedURL = try Self.signer().template(
            .getObject,
            at: S3Endpoint.resolve(bucket: "examplebucket", region: "us-east-1"),
            time: SigningTime(unixSeconds: 1_369_353_600),
            expiresIn: 86_400
        ).url(forKey: "test.txt")
        let received = try ReceivedRequest(method: "GET", url: presignedURL)
        let verifier = SignatureVerifier(
            credentials: try SigningCredentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE",
                secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            ),
            region: "us-east-1"
        )
        let verdict = verifier.verify(received, now: 1_369_353_700)
        let isGood = verdict.isValid
        #expect(isGood)

        let tooLate = SignatureVerifier.examine(received, now: 1_369_540_000)
        let sentences = tooLate.refusals.map(\.description)
        let canonicalRequest = tooLate.canonicalRequest.text
        #expect(sentences.count == 1 && sentences[0].contains("expired"), "\(sentences)")
        #expect(canonicalRequest.hasPrefix("GET\n/test.txt\nX-Amz-Algorithm="))
    }
}
