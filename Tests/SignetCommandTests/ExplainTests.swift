// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet explain`, on AWS's published example and on URLs of our own.
@Suite struct ExplainTests {
    private static let keys = [
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ]
    /// S3 API Reference, "Authenticating Requests: Using Query Parameters": good for the day of 2013-05-24.
    private static let published = """
        https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
        &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
        &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404
        """

    private static func explain(_ arguments: [String], input: String = "") async throws -> SignetRun {
        try await SignetRun(["explain"] + arguments, environment: keys, input: input)
    }

    /// A PUT of an image, signed now.
    private static func upload() async throws -> String {
        let job = """
            {"s3Signing":{"s3Bucket":"my-bucket","s3Region":"eu-central-1","operation":"PutObject","items":[
            {"key":"a b.jpg","options":{"contentType":"image/jpeg","s3EncryptionType":"none"}}]}}
            """
        let run = try await SignetRun(
            ["sign"],
            environment: keys,
            input: job.replacingOccurrences(of: "\n", with: "")
        )
        let reply = try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let items = (reply["s3Signing"] as? [String: Any])?["items"] as? [[String: Any]]
        return try #require(items?.first?["url"] as? String)
    }

    @Test func thePublishedURLExpiredButItsSignatureIsRight() async throws {
        let run = try await Self.explain([Self.published, "--profile", "default"])
        #expect(run.status == .exited(code: 1))
        #expect(run.lines.contains("signed at   2013-05-24T00:00:00Z (\(Self.days(since: 1_369_353_600)) days ago)"))
        #expect(run.lines.contains("scope       us-east-1, s3, 20130524"))
        let wrong = run.lines.filter { $0.hasPrefix("WRONG") }
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains("it expired at 2013-05-25T00:00:00Z") == true)
    }

    private static func days(since seconds: Int) -> Int {
        (Int(Date.now.timeIntervalSince1970) - seconds) / 86_400
    }

    @Test func aGoodRequestIsGoodByItsKeyOnly() async throws {
        let url = try await Self.upload()
        let request = [url, "--method", "put", "--header", "content-type: image/jpeg"]
        let checked = try await Self.explain(request + ["--profile", "default"])
        #expect(checked.status.isSuccess)
        #expect(checked.output.contains("ok     the signature is right"))
        #expect(checked.output.contains("            = /a b.jpg"))
        #expect(checked.output.contains("must send   content-type"))
        let unchecked = try await Self.explain(request)
        #expect(unchecked.status.isSuccess)
        #expect(unchecked.output.contains("name its --profile"))
        // Neither signature nor secret is shown.
        let signature = try #require(url.components(separatedBy: "X-Amz-Signature=").last)
        #expect(!checked.output.contains(signature) && !checked.errors.contains(signature))
    }

    @Test(arguments: [
        (["--method", "PUT"], "the header content-type is signed, but was not sent"),
        (["--method", "PUT", "--header", "content-type: text/html"], "the signature does not match"),
        (["--method", "GET", "--header", "content-type: image/jpeg"], "the signature does not match"),
        (
            ["--method", "PUT", "--header", "content-type: image/jpeg", "--header", "x-amz-acl: private"],
            "x-amz-acl must be signed"
        ),
    ])
    func whatDiffersIsNamed(arguments: [String], sentence: String) async throws {
        let run = try await Self.explain([Self.upload()] + arguments + ["--profile", "default"])
        #expect(run.status == .exited(code: 1))
        #expect(run.lines.contains { $0.hasPrefix("WRONG") && $0.contains(sentence) }, "\(run.output)")
    }

    @Test(arguments: [
        ("http://", "url"), ("not a url", "url"), ("https://b.s3.us-east-1.amazonaws.com/key", "signature"),
        ("https://b.example/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a", "X-Amz-Credential"),
    ])
    func whatIsNoPresignedURLIsSaidSo(url: String, parameter: String) async throws {
        let run = try await Self.explain([url])
        #expect(run.status == .exited(code: 1))
        #expect(run.output.hasPrefix("WRONG  "))
        #expect(run.output.lowercased().contains(parameter.lowercased()), "\(run.output)")
    }

    /// What S3 answers; the names and the texts of its elements as in the API reference.
    private static func answer(canonicalRequest: String, stringToSign: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the \
        signature you provided. Check your key and signing method.</Message><AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE\
        </AWSAccessKeyId><StringToSign>\(stringToSign)</StringToSign><SignatureProvided>00</SignatureProvided>\
        <CanonicalRequest>\(canonicalRequest)</CanonicalRequest><RequestId>4442587FB7D0A2F9</RequestId></Error>
        """
    }

    @Test func theServersViewIsComparedLineByLine() async throws {
        // The server saw a header that the client did not mean to send, and so another hash.
        let canonical = """
            GET
            /test.txt
            X-Amz-Algorithm=AWS4-HMAC-SHA256&amp;X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
            &amp;X-Amz-Date=20130524T000000Z&amp;X-Amz-Expires=86400&amp;X-Amz-SignedHeaders=host
            host:proxy.example

            host
            UNSIGNED-PAYLOAD
            """
        let string = """
            AWS4-HMAC-SHA256
            20130524T000000Z
            20130524/us-east-1/s3/aws4_request
            0000000000000000000000000000000000000000000000000000000000000000
            """
        let run = try await Self.explain(
            [Self.published, "--error", "-"],
            input: Self.answer(canonicalRequest: canonical, stringToSign: string)
        )
        #expect(run.status == .exited(code: 1))
        #expect(run.lines.contains("- host:examplebucket.s3.amazonaws.com"))
        #expect(run.lines.contains("+ host:proxy.example"))
        #expect(run.lines.contains("  /test.txt"))
        // AWS's published hash of this request.
        #expect(run.lines.contains("- 3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"))
    }

    @Test(arguments: [
        ("", "no answer of S3"), ("<Error><Code>AccessDenied</Code></Error>", "S3 answered AccessDenied"),
        ("<Error><Code>SignatureDoesNotMatch</Code></Error>", "lacks CanonicalRequest"), ("<Error><Code>", "no answer"),
        ("{}", "no answer of S3"),
    ])
    func anotherAnswerIsRefusedWithTheReason(xml: String, reason: String) async throws {
        let run = try await Self.explain([Self.published, "--error", "-"], input: xml)
        #expect(!run.status.isSuccess)
        #expect(run.errors.contains(reason), "\(run.errors)")
    }
}
