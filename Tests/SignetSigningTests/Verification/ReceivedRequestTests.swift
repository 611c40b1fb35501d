// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import TestSupport
import Testing

/// How requests are read before they are checked: all that is wrong is named, and nothing traps.
@Suite
struct ReceivedRequestTests {
    private static let names = [
        "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
    ]

    private static func url() throws -> String {
        try Example.template().url(forKey: "test.txt")
    }

    private static func authorized(_ change: (inout [(name: String, value: String)]) -> Void) throws -> Refusal? {
        let signed = try SignableRequest(method: "GET", host: "h.example", path: "/k")
            .signed(with: Example.credentials(), at: Example.time(), region: "us-east-1")
        var headers = signed.headers
        change(&headers)
        return try refusal {
            try ReceivedRequest(method: "GET", host: signed.host, target: signed.target, headers: headers)
        }
    }

    @Test
    func aPresignedURLIsReadIntoItsParts() throws {
        let template = try Example.template(
            .putObject,
            headers: [("content-type", "text/plain")],
            credentials: Example.credentials(sessionToken: "token+/=")
        )
        let request = try ReceivedRequest(method: "PUT", url: template.url(forKey: "a b/ü"))
        #expect(request.method == "PUT")
        #expect(request.host == "examplebucket.s3.us-east-1.amazonaws.com")
        #expect(request.path == "/a%20b/%C3%BC")
        let claim = request.claim
        #expect(claim.algorithm == .hmac && claim.place == .query)
        #expect(claim.accessKeyID == Example.accessKeyID && claim.sessionToken == "token+/=")
        #expect(claim.dateStamp == "20130524" && claim.region == "us-east-1" && claim.service == "s3")
        #expect(claim.time.unixSeconds == Example.unixSeconds && claim.expiresIn == 86_400)
        #expect(claim.signedHeaders == ["content-type", "host"])
    }

    @Test(arguments: [
        ("https://H.example:443/k", "h.example"), ("http://h.example:80/k", "h.example"),
        ("https://h.example:80/k", "h.example:80"), ("HTTPS://[::1]:443/k", "[::1]"),
        ("https://h.example", "h.example"),
        ("https://h.example:9000?x=1", "h.example:9000"),
    ])
    func theHostIsWhatClientsSend(start: String, host: String) throws {
        let query = try #require(Self.url().split(separator: "?").last)
        let url = start + (start.contains("?") ? "&" : "?") + query
        #expect(try ReceivedRequest(method: "GET", url: url).host == host)
    }

    @Test(arguments: [
        "", "h.example/k", "ftp://h.example/k", "https:///k", "https://", "https://user@h.example/k",
        "https://h.example/a b", "https://h.example/ü", "https://h.example/a\nb", "https://h.example/k#part",
        "https://h\\.example/k", "//h.example/k",
    ])
    func whatIsNoURLOfHTTPIsRefused(url: String) throws {
        #expect(try refusal { try ReceivedRequest(method: "GET", url: url) } == Refusal(.invalidURL, "url"))
    }

    @Test(arguments: ["%", "%2", "%zz", "a%%20", "%2G"])
    func whatCannotBeDecodedIsRefused(text: String) throws {
        let url = try Self.url()
        let path = url.replacing("test.txt", with: text)
        #expect(try refusal { try ReceivedRequest(method: "GET", url: path) } == Refusal(.invalidPath, "path"))
        for query in ["\(url)&a=\(text)", "\(url)&\(text)=a"] {
            #expect(try refusal { try ReceivedRequest(method: "GET", url: query) } == Refusal(.invalidQuery, "query"))
        }
    }

    @Test
    func anUnsignedRequestIsToldFromOneOfTheOldVersion() throws {
        let old = "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1&Signature=abc%3D"
        for (url, word) in [("https://h.example/k?a=b", "not signed"), (old, "Version 2")] {
            let error = #expect(throws: SigningError.self) { try ReceivedRequest(method: "GET", url: url) }
            #expect(error?.code == .missingSignature && error?.message.contains(word) == true)
        }
    }

    @Test
    func aRequestSignedTwiceIsRefused() throws {
        let refused = try refusal {
            try ReceivedRequest(method: "GET", url: Self.url(), headers: [("Authorization", "AWS4-HMAC-SHA256 x")])
        }
        #expect(refused == Refusal(.missingSignature, "Authorization"))
    }

    @Test(arguments: names)
    func eachParameterMustStandOnceAndBeSpelledRight(name: String) throws {
        let url = try Self.url()
        func refused(_ url: String) throws -> Refusal? { try refusal { try ReceivedRequest(method: "GET", url: url) } }
        #expect(try refused(url) == nil)
        let missing = name == "X-Amz-Algorithm" ? SigningError.Code.missingSignature : .invalidSignature
        #expect(try refused(url.replacing("\(name)=", with: "x=")) == Refusal(missing, name))
        #expect(try refused(url + "&\(name)=1") == Refusal(.invalidSignature, name))
        #expect(try refused(url + "&\(name.lowercased())=1") == Refusal(.invalidSignature, name))
        #expect(try refused(url.replacing(name, with: name.uppercased())) == Refusal(.invalidSignature, name))
        #expect(try refused(url.replacing("\(name)=", with: "\(name)=%FF")) == Refusal(.invalidSignature, name))
    }

    @Test(arguments: [
        ("X-Amz-Algorithm", ["", "AWS4-HMAC-SHA1", "aws4-hmac-sha256", "AWS4-HMAC-SHA256 "]),
        (
            "X-Amz-Credential",
            [
                "", "AKIA", "AKIA/20130524/us-east-1/s3", "AKIA/20130524/us-east-1/s3/aws4_request/x",
                "/20130524/us-east-1/s3/aws4_request", "AKIA/2013/us-east-1/s3/aws4_request",
                "AKIA/2013052x/us-east-1/s3/aws4_request", "AKIA/20130524//s3/aws4_request",
                "AKIA/20130524/us-east-1//aws4_request", "AKIA/20130524/us-east-1/s3/aws3_request",
                "A A/20130524/us-east-1/s3/aws4_request", "AKIA/20130524/US/s3/aws4_request",
            ]
        ),
        (
            "X-Amz-Date",
            [
                "", "20130524", "20130524T000000", "20130524T000000+", "20130524t000000Z", "20130230T000000Z",
                "20131324T000000Z", "20130500T000000Z", "20130524T240000Z", "20130524T006000Z", "20130524T000060Z",
                "19691231T235959Z", "2013052aT000000Z", "00000000T000000Z", "-0130524T000000Z", "20230229T000000Z",
            ]
        ),
        ("X-Amz-Expires", ["", "0", "-1", "604801", "1.5", "01", "+1", "99999999999999999999", "1 "]),
        ("X-Amz-SignedHeaders", ["", "Host", "host;", "host;a", "host;host", "ho st", "h\u{F6}st", "host,x"]),
        (
            "X-Amz-Signature",
            [
                "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
                String(repeating: "A", count: 64), String(repeating: "g", count: 64), String(repeating: "ä", count: 32),
            ]
        ),
    ])
    func aParameterOfAWrongFormIsNamed(name: String, values: [String]) throws {
        let url = PresignedURL(try Self.url())
        for value in values {
            let query = url.query.map { $0.hasPrefix("\(name)=") ? "\(name)=\(PercentEncoding.query(value))" : $0 }
            let altered = "https://\(url.host)\(url.path)?\(query.joined(separator: "&"))"
            let refused = try refusal { try ReceivedRequest(method: "GET", url: altered) }
            #expect(refused == Refusal(.invalidSignature, name), "\(name)=\(value)")
        }
    }

    @Test
    func timesThatExistAreRead() throws {
        for seconds in stride(from: Int64(0), through: 253_402_300_799, by: 86_400 * 17 + 12_347) {
            let time = try SigningTime(unixSeconds: seconds)
            guard try SigningTime(amzDate: time.amzDate) == time else {
                Issue.record("\(time.amzDate)")
                return
            }
        }
        #expect(try SigningTime(amzDate: "20240229T235959Z").unixSeconds == 1_709_251_199)
        #expect(try refusal { try SigningTime(amzDate: "20230229T000000Z") } == Refusal(.invalidTime, "X-Amz-Date"))
    }

    @Test(arguments: [
        ("", "Authorization"), ("AWS4-HMAC-SHA256", "Authorization"), ("Basic abc", "Authorization"),
        ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host", "Authorization"),
        ("AWS4-HMAC-SHA256 Credential=a, Credential=a, SignedHeaders=host, Signature=0", "Authorization"),
        ("AWS4-HMAC-SHA256 x, Credential=a, SignedHeaders=host, Signature=0", "Authorization"),
        ("AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0", "Credential"),
        (
            "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=Host, Signature=0",
            "SignedHeaders"
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
            "Signature"
        ),
        (
            "AWS4-HMAC-SHA1 Credential=a/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
            "Authorization"
        ),
    ])
    func anAuthorizationOfAWrongFormIsNamed(value: String, part: String) throws {
        let refused = try Self.authorized { $0[$0.count - 1].value = value }
        #expect(refused == Refusal(.invalidSignature, part))
    }

    @Test(arguments: ["x-amz-date", "x-amz-content-sha256"])
    func aHeaderThatTheSignatureNeedsIsMissed(name: String) throws {
        #expect(try Self.authorized { $0.removeAll { $0.name == name } } == Refusal(.invalidSignature, name))
        let refused = try Self.authorized { $0 = $0.map { ($0.name, $0.name == name ? "x" : $0.value) } }
        #expect(refused == Refusal(.invalidSignature, name))
    }

    @Test
    func partsOfTheAuthorizationMayStandInAnyOrder() throws {
        let refused = try Self.authorized { headers in
            let value = headers[headers.count - 1].value.dropFirst("AWS4-HMAC-SHA256 ".count)
            let parts = value.split(separator: ", ").reversed().joined(separator: ",  ")
            headers[headers.count - 1].value = "AWS4-HMAC-SHA256 \(parts)"
        }
        #expect(refused == nil)
    }

    /// 60,000 texts of fragments and of any Unicode: each is read or refused.
    @Test
    func garbageIsRefusedOrReadButNeverTraps() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("garbage: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let query = try Self.url().split(separator: "?").last.map(String.init) ?? ""
        let fragments =
            query.split(separator: "&").map { "\($0)&" } + [
                "https://", "h", "/", "?", "&", "=", "%", "%2", "%FF", "+", "#", "@", ":", ";", "[", "\r\n", "\0", "é",
                "e\u{301}",
                "\u{600}", "😀", "AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 ", "Credential=", ", ",
                "SignedHeaders=host",
                "Signature=", "a/20130524/us-east-1/s3/aws4_request", String(repeating: "0", count: 64),
            ]
        func text() -> String {
            (0..<Int.random(in: 0...14, using: &random)).map { _ in
                random.next() % 8 == 0
                    ? Unicode.Scalar(UInt32.random(in: 0...0x2_FFFF, using: &random)).map { String($0) } ?? ""
                    : fragments[Int(random.next() % UInt64(fragments.count))]
            }.joined()
        }
        let verifier = try SignatureVerifier(credentials: Example.credentials())
        var read = 0
        func check(_ make: () throws(SigningError) -> ReceivedRequest) {
            do throws(SigningError) {
                let request = try make()
                read += 1
                _ = verifier.verify(request, now: .random(in: .min ... .max, using: &random))
            } catch {
                #expect(!error.message.isEmpty && !error.parameter.isEmpty, "seed \(seed)")
            }
        }
        for _ in 0..<20_000 {
            let (first, second) = (text(), text())
            check { () throws(SigningError) in
                try ReceivedRequest(method: "GET", url: "https://h/" + first + "?" + query + second)
            }
            check { () throws(SigningError) in try ReceivedRequest(method: first, url: second) }
            check { () throws(SigningError) in
                try ReceivedRequest(
                    method: "PUT",
                    host: "h",
                    target: "/" + first,
                    headers: [
                        ("authorization", "AWS4-HMAC-SHA256 " + second), ("x-amz-date", "20130524T000000Z"),
                        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
                    ]
                )
            }
        }
        #expect(read > 100, "seed \(seed)")
    }

    @Test
    func headersThatCouldForgeLinesAreRefused() throws {
        let url = try Self.url()
        for (name, value) in [("x-a", "1\nx-b:2"), ("x-a", "1\r"), ("x a", "1"), ("", "1"), ("x-a\n", "1")] {
            let refused = try refusal { try ReceivedRequest(method: "GET", url: url, headers: [(name, value)]) }
            #expect(refused?.code == .invalidHeader)
        }
    }

    @Test
    func secretsAreNotShown() throws {
        let url = try Example.template(credentials: Example.credentials(sessionToken: "SECRETTOKEN")).url(forKey: "k")
        let signature = try #require(PresignedURL(url).value(of: "X-Amz-Signature"))
        let request = try ReceivedRequest(method: "GET", url: url)
        let verifier = try SignatureVerifier(credentials: Example.credentials(sessionToken: "SECRETTOKEN"))
        let verification = verifier.verify(request, now: Example.unixSeconds)
        #expect(verification.isValid && verification.canonicalRequest.text.contains("SECRETTOKEN"))
        let values: [Any] = [request, request.claim, verifier, verification]
        for value in values {
            for face in faces(of: value) {
                #expect(!face.contains("SECRETTOKEN") && !face.contains(signature))
                #expect(!face.contains(Example.secretAccessKey))
            }
        }
    }
}
