// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct SignableRequestTests {
    private static let host = "examplebucket.s3.amazonaws.com"

    /// An example of the S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in a
    /// Single Chunk".
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let path: String
        var query: [[String]] = []
        var headers: [[String]] = []
        var body: String = ""
        let signedHeaders: String
        let requestHash: String
        let signature: String

        var testDescription: String { name }
    }

    private static let published = [
        Published(
            name: "GET Object",
            method: "GET",
            path: "/test.txt",
            headers: [["Range", "bytes=0-9"]],
            signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
            requestHash: "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        ),
        Published(
            name: "PUT Object",
            method: "PUT",
            path: "/test$file.text",
            headers: [["Date", "Fri, 24 May 2013 00:00:00 GMT"], ["x-amz-storage-class", "REDUCED_REDUNDANCY"]],
            body: "Welcome to Amazon S3.",
            signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            requestHash: "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        ),
        Published(
            name: "GET Bucket Lifecycle",
            method: "GET",
            path: "/",
            query: [["lifecycle", ""]],
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            requestHash: "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        ),
        Published(
            name: "GET Bucket (List Objects)",
            method: "GET",
            path: "/",
            query: [["max-keys", "2"], ["prefix", "J"]],
            signedHeaders: "host;x-amz-content-sha256;x-amz-date",
            requestHash: "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        ),
    ]

    @Test(arguments: published)
    func publishedExamplesAreMet(example: Published) throws {
        let request = SignableRequest(
            method: example.method,
            host: Self.host,
            path: example.path,
            query: example.query.map { ($0[0], $0[1]) },
            headers: example.headers.map { ($0[0], $0[1]) },
            payload: PayloadHash(hash: Array(example.body.utf8))
        )
        let signed = try request.signed(with: Example.credentials(), at: Example.time(), region: "us-east-1")
        #expect(signed.canonicalRequest.hash.hexadecimal == example.requestHash)
        #expect(
            signed.headers.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(example.signedHeaders), Signature=\(example.signature)"
        )
    }

    @Test
    func theTargetIsWhatWasSigned() throws {
        let request = SignableRequest(
            method: "GET",
            host: Self.host,
            path: "/a b//../ü+%2F",
            query: [("prefix", "a/b c"), ("list-type", "2"), ("uploads", "")]
        )
        let signed = try request.signed(with: Example.credentials(), at: Example.time(), region: "us-east-1")
        #expect(signed.target == "/a%20b//../%C3%BC%2B%252F?list-type=2&prefix=a%2Fb%20c&uploads=")
        #expect(signed.canonicalRequest.text.hasPrefix("GET\n/a%20b//../%C3%BC%2B%252F\nlist-type=2&prefix"))
        var plain = request
        plain.query = []
        #expect(
            try plain.signed(with: Example.credentials(), at: Example.time(), region: "us-east-1").target
                == "/a%20b//../%C3%BC%2B%252F"
        )
    }

    @Test
    func payloadsAreHashedUnsignedOrGiven() throws {
        func payload(_ hash: PayloadHash) throws -> String? {
            let request = SignableRequest(method: "PUT", host: Self.host, path: "/k", payload: hash)
            let signed = try request.signed(with: Example.credentials(), at: Example.time(), region: "us-east-1")
            #expect(signed.canonicalRequest.text.hasSuffix("\n\(hash.text)"))
            return signed.headers.first { $0.name == "x-amz-content-sha256" }?.value
        }
        // FIPS 180-4, SHA-256 of "abc" and of nothing.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try payload(PayloadHash(hash: Array("abc".utf8))) == abc)
        #expect(try payload(PayloadHash(hexadecimal: abc.uppercased())) == abc)
        #expect(try payload(.empty) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try payload(.unsigned) == "UNSIGNED-PAYLOAD")
    }

    @Test(arguments: [
        "", "abc", String(repeating: "g", count: 64), String(repeating: "0", count: 65), "UNSIGNED-PAYLOAD",
    ])
    func aPayloadHashOfAnotherFormIsRefused(text: String) throws {
        let refused = try refusal { try PayloadHash(hexadecimal: text) }
        #expect(refused == Refusal(.invalidPayloadHash, "payload"))
    }

    @Test
    func aSessionTokenIsSentAndSigned() throws {
        let request = SignableRequest(method: "GET", host: Self.host, path: "/k")
        let signed = try request.signed(
            with: Example.credentials(sessionToken: "token+/="),
            at: Example.time(),
            region: "us-east-1"
        )
        #expect(signed.headers.contains { $0.name == "x-amz-security-token" && $0.value == "token+/=" })
        #expect(signed.headers.last?.value.contains(";x-amz-security-token, ") == true)
    }

    @Test
    func whatWouldBeAnotherRequestIsRefused() throws {
        func refused(
            region: String = "us-east-1",
            service: String = "s3",
            _ change: (inout SignableRequest) -> Void = { _ in }
        ) throws -> Refusal? {
            var request = SignableRequest(method: "GET", host: Self.host, path: "/k")
            change(&request)
            return try refusal {
                try request.signed(with: Example.credentials(), at: Example.time(), region: region, service: service)
            }
        }
        #expect(try refused() == nil)
        for method in ["", "get", "G T", "GET\n", "GÉT"] {
            #expect(try refused { $0.method = method } == Refusal(.invalidMethod, "method"))
        }
        for host in ["", "a b", "a/b", "https://a", "a@b", "ä.example", "a\n"] {
            #expect(try refused { $0.host = host } == Refusal(.invalidHost, "host"))
        }
        for path in ["", "k", "?a=b", " /"] {
            #expect(try refused { $0.path = path } == Refusal(.invalidPath, "path"))
        }
        #expect(try refused { $0.query = [("a", "b"), ("", "c")] } == Refusal(.invalidQuery, "query"))
        for name in ["X-Amz-Date", "x-amz-content-sha256", "X-Amz-Security-Token", "Authorization", "host"] {
            #expect(try refused { $0.headers = [(name, "x")] } == Refusal(.invalidHeader, name.lowercased()))
        }
        for text in ["", "a/b", "us-east-1\n", "US", "ä", String(repeating: "a", count: 65)] {
            #expect(try refused(region: text) == Refusal(.unknownRegion, "region"))
            #expect(try refused(service: text) == Refusal(.invalidOption, "service"))
        }
    }

    @Test
    func anExpiredCredentialSignsNothing() throws {
        let credentials = try Example.credentials(sessionToken: "t", expiration: Example.unixSeconds)
        let refused = try refusal {
            try SignableRequest(method: "GET", host: Self.host, path: "/k")
                .signed(with: credentials, at: Example.time(), region: "us-east-1")
        }
        #expect(refused == Refusal(.credentialExpired, "credential"))
    }

    @Test
    func neitherSignatureNorTokenIsShown() throws {
        let token = "FwoGZXIvYXdzE+SECRET/TOKEN=="
        let signed = try SignableRequest(method: "GET", host: Self.host, path: "/k", query: [("a", "b")])
            .signed(with: Example.credentials(sessionToken: token), at: Example.time(), region: "us-east-1")
        let signature = try #require(signed.headers.last?.value.split(separator: "=").last)
        #expect(signed.canonicalRequest.text.contains(token))
        for face in faces(of: signed) {
            #expect(!face.contains(token) && !face.contains(signature) && face.contains("/k"))
        }
    }
}
