// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import TestSupport
import Testing

/// Parts signed together against each part signed as a request of its own, which the corpus compares with botocore.
@Suite struct S3PartTemplateTests {
    private static let numbers = [1, 2, 9, 10, 11, 99, 100, 101, 999, 1_000, 1_001, 9_999, 10_000]

    private static func options(_ change: (inout S3ObjectOptions) throws -> Void = { _ in }) rethrows -> S3ObjectOptions
    {
        var options = S3ObjectOptions()
        options.uploadID = "2~abc/+=&partNumber=1 ü"
        try change(&options)
        return options
    }

    private static func signer(token: String? = nil) throws -> S3Signer {
        S3Signer(credentials: try Example.credentials(sessionToken: token))
    }

    /// Name, value and signature of a URL's query, in any order.
    private static func query(_ url: String) -> Set<Substring> {
        Set(url.split(separator: "?", maxSplits: 1)[1].split(separator: "&"))
    }

    @Test(arguments: [nil, "a/token+of=many&letters"] as [String?], ["plain.bin", "a/ü +%2F&partNumber=1?.bin"])
    func partIsSignedAsAlone(token: String?, key: String) throws {
        let signer = try Self.signer(token: token)
        let endpoint = try S3Endpoint.resolve(bucket: "bucket", region: "eu-central-1")
        let time = try SigningTime(unixSeconds: 1_700_000_000)
        let options = Self.options { $0.contentLength = 5 << 20 }
        let template = try signer.partTemplate(
            forKey: key,
            at: endpoint,
            time: time,
            expiresIn: 900,
            options: options
        )
        #expect(template.method == "PUT")
        #expect(template.headers.map(\.name) == ["content-length"])
        #expect(template.headers.map(\.value) == ["5242880"])
        let signatures = try template.sign(Self.numbers)
        for (number, signature) in zip(Self.numbers, signatures) {
            var alone = options
            alone.partNumber = number
            let other = try signer.template(.uploadPart, at: endpoint, time: time, expiresIn: 900, options: alone)
            let expected = try other.url(forKey: key)
            #expect(try template.url(forPart: number) == expected)
            #expect(expected.hasSuffix("X-Amz-Signature=\(signature.hexadecimal)"))
            // What a reader joins that has the query without number and signature.
            let joined =
                "https://bucket.s3.eu-central-1.amazonaws.com\(template.path)?\(template.query)"
                + "&partNumber=\(number)&X-Amz-Signature=\(signature.hexadecimal)"
            #expect(joined.split(separator: "?")[0] == expected.split(separator: "?")[0])
            #expect(Self.query(joined) == Self.query(expected))
        }
    }

    @Test func allPartsThereCanBeAreSigned() throws {
        let template = try Self.signer().partTemplate(
            forKey: "k",
            at: try S3Endpoint.resolve(bucket: "bucket", region: "us-east-1"),
            time: try SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 60,
            options: Self.options()
        )
        let signatures = try template.sign(S3PartTemplate.numbers)
        #expect(Set(signatures).count == 10_000)
        for number in Self.numbers {
            let signature = signatures[number - 1].hexadecimal
            #expect(try template.url(forPart: number).hasSuffix(signature))
        }
    }

    @Test(arguments: [0, 10_001, -1])
    func numberThatCannotBeIsRefused(number: Int) throws {
        let template = try Self.signer().partTemplate(
            forKey: "k",
            at: try S3Endpoint.resolve(bucket: "bucket", region: "us-east-1"),
            time: try SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 60,
            options: Self.options()
        )
        for attempt in [{ _ = try template.url(forPart: number) }, { _ = try template.sign([1, number]) }]
            as [() throws -> Void]
        {
            let error = #expect(throws: SigningError.self) { try attempt() }
            #expect(error?.code == .invalidPart)
            #expect(error?.parameter == "partNumber")
        }
    }

    @Test func uploadWithoutItsIDIsRefused() throws {
        let error = #expect(throws: SigningError.self) {
            _ = try Self.signer().partTemplate(
                forKey: "k",
                at: try S3Endpoint.resolve(bucket: "bucket", region: "us-east-1"),
                time: try SigningTime(unixSeconds: 1_700_000_000),
                expiresIn: 60,
                options: S3ObjectOptions()
            )
        }
        #expect(error?.parameter == "uploadID")
    }

    @Test func nothingOfItIsShown() throws {
        let template = try Self.signer(token: "secret-token").partTemplate(
            forKey: "secret-key",
            at: try S3Endpoint.resolve(bucket: "bucket", region: "us-east-1"),
            time: try SigningTime(unixSeconds: 1_700_000_000),
            expiresIn: 60,
            options: Self.options()
        )
        for text in [
            "\(template)", String(reflecting: template),
            String(describing: Mirror(reflecting: template).children.map(\.value)),
        ] {
            #expect(!text.contains("secret"))
        }
    }
}
