// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct S3PresignTemplateTests {
    @Test(arguments: [
        (1, false), (1_023, false), (1_024, false), (0, true), (1_025, true), (100_000, true),
    ])
    func aKeyHasOneToAThousandAndTwentyFourBytes(length: Int, isRefused: Bool) throws {
        let template = try Example.template()
        let refused = try refusal { try template.sign(key: String(repeating: "k", count: length)) }
        #expect(refused == (isRefused ? Refusal(.invalidKey, "key") : nil))
        #expect(try refusal { try template.url(forKey: String(repeating: "k", count: length)) } == refused)
    }

    @Test
    func theLimitCountsBytesNotCharacters() throws {
        let template = try Example.template()
        let key = String(repeating: "漢", count: 341)
        #expect(try template.sign(key: key + "k").path == "/" + String(repeating: "%E6%BC%A2", count: 341) + "k")
        #expect(try refusal { try template.sign(key: key + "é") } == Refusal(.invalidKey, "key"))
    }

    @Test
    func keysThatUnicodeHoldsEqualAreSignedApart() throws {
        let template = try Example.template()
        let composed = try template.sign(key: "\u{E9}")
        let decomposed = try template.sign(key: "e\u{301}")
        #expect(composed.path == "/%C3%A9")
        #expect(decomposed.path == "/e%CC%81")
        #expect(composed.signature != decomposed.signature)
    }

    @Test
    func aTemplateSignsManyKeysAsIfEachWereItsOnly() throws {
        let template = try Example.template()
        for key in ["a", "b/c", "a"] {
            #expect(try template.sign(key: key) == Example.template().sign(key: key))
        }
    }

    @Test(arguments: ["a", "b/ü+c", String(repeating: "漢", count: 341)])
    func theURLIsWrittenIntoTheCallersMemory(key: String) throws {
        let template = try Example.template()
        let expected = try template.url(forKey: key)
        let room = template.longestURL(forKeyOf: key.utf8.count)
        #expect(room >= expected.utf8.count)
        var buffer = [UInt8](repeating: 7, count: room + 1)
        let count = try buffer.withUnsafeMutableBytes { try template.writeURL(forKey: key, to: $0) }
        #expect(String(decoding: buffer[..<count], as: UTF8.self) == expected)
        #expect(buffer[count...].allSatisfy { $0 == 7 })
        // Exactly enough is enough; a byte less is none, and nothing is written.
        buffer = [UInt8](repeating: 7, count: count)
        try buffer.withUnsafeMutableBytes { _ = try template.writeURL(forKey: key, to: $0) }
        #expect(String(decoding: buffer, as: UTF8.self) == expected)
        buffer = [UInt8](repeating: 7, count: count - 1)
        let refused = try refusal { try buffer.withUnsafeMutableBytes { try template.writeURL(forKey: key, to: $0) } }
        #expect(refused == Refusal(.invalidLength, "buffer"))
        #expect(buffer.allSatisfy { $0 == 7 })
    }

    @Test(arguments: [0, 1, 1_024, 1_025, .max, -1])
    func roomForAnyKeyIsTold(length: Int) throws {
        let template = try Example.template()
        let longest = String(repeating: " ", count: min(1_024, max(1, length)))
        #expect(template.longestURL(forKeyOf: length) >= (try template.url(forKey: longest).utf8.count) || length < 1)
        #expect(
            try refusal { try template.writeURL(forKey: "", to: .init(start: nil, count: 0)) }
                == Refusal(.invalidKey, "key")
        )
    }

    @Test
    func theQueryIsInOrderAndTheSignatureLast() throws {
        let query: [S3ObjectOptions.Pair] = [
            ("versionId", "2"), ("a b", "é/"), ("versionId", "1"), ("X-Custom", "="), ("response-content-type", "a+b"),
        ]
        let template = try Example.template(query: query, credentials: Example.credentials(sessionToken: "t+/="))
        let object = try template.sign(key: "k")
        let url = PresignedURL(template.url(for: object))
        #expect(
            url.query == [
                "X-Amz-Algorithm=AWS4-HMAC-SHA256",
                "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
                "X-Amz-Date=20130524T000000Z", "X-Amz-Expires=86400", "X-Amz-Security-Token=t%2B%2F%3D",
                "X-Amz-SignedHeaders=host", "X-Custom=%3D", "a%20b=%C3%A9%2F", "response-content-type=a%2Bb",
                "versionId=1", "versionId=2", "X-Amz-Signature=\(object.signature.hexadecimal)",
            ]
        )
    }

    @Test(arguments: [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
        "X-Amz-Security-Token", "x-amz-signature", "X-AMZ-DATE", "",
    ])
    func namesOfTheSignatureAreRefused(name: String) throws {
        #expect(try refusal { try Example.template(query: [(name, "1")]) } == Refusal(.invalidQuery, "query"))
    }

    @Test
    func noHeaderIsHoistedIntoTheQuery() throws {
        let template = try Example.template(
            .putObject,
            headers: [("x-amz-server-side-encryption", "AES256"), ("x-amz-meta-a", "b")]
        )
        let url = PresignedURL(template.url(for: try template.sign(key: "k")))
        #expect(
            url.names == [
                "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
                "X-Amz-Signature",
            ]
        )
        #expect(url.value(of: "X-Amz-SignedHeaders") == "host%3Bx-amz-meta-a%3Bx-amz-server-side-encryption")
    }

    @Test
    func aSignatureIsAppendedAsItsBytes() throws {
        let object = try Example.template().sign(key: "k")
        var bytes: [UInt8] = [1]
        object.appendSignature(to: &bytes)
        #expect(bytes == [1] + object.signature.bytes)
    }

    @Test(arguments: [
        ("GetObject", "GET"), ("HeadObject", "HEAD"), ("PutObject", "PUT"), ("DeleteObject", "DELETE"),
        ("CopyObject", "PUT"), ("ListObjectsV2", "GET"), ("CreateMultipartUpload", "POST"), ("UploadPart", "PUT"),
        ("UploadPartCopy", "PUT"), ("ListParts", "GET"), ("CompleteMultipartUpload", "POST"),
        ("AbortMultipartUpload", "DELETE"), ("getobject", nil), ("CreateBucket", nil), ("", nil),
    ])
    func anOperationHasTheMethodOfS3(operation: String, method: String?) {
        #expect(S3Operation(rawValue: operation)?.method == method)
    }

    @Test
    func anOperationOnTheBucketTakesNoKey() throws {
        let template = try Example.template(.listObjects)
        #expect(try template.url(forKey: "").hasPrefix("https://examplebucket.s3.us-east-1.amazonaws.com/?X-Amz-"))
        #expect(try refusal { try template.sign(key: "a") } == Refusal(.invalidKey, "key"))
    }
}
