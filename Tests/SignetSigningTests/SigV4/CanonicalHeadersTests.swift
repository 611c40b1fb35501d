// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import Testing

@Suite
struct CanonicalHeadersTests {
    @Test
    func namesAreLowerCaseAndInOrderWithTheHostAmongThem() throws {
        let headers = try CanonicalHeaders(
            host: "h.example:9000",
            headers: [
                ("X-Amz-Storage-Class", "STANDARD"), ("Content-Type", "text/plain"), ("if-match", "*"), ("a", "1"),
            ]
        )
        #expect(headers.signedNames == "a;content-type;host;if-match;x-amz-storage-class")
        #expect(
            headers.lines == """
                a:1
                content-type:text/plain
                host:h.example:9000
                if-match:*
                x-amz-storage-class:STANDARD

                """
        )
    }

    @Test(arguments: [
        ("  a  b\t c ", "a b c"), ("a", "a"), ("", ""), ("   ", ""), ("\t", ""), ("\"a   b\"", "\"a b\""), ("ü€", "ü€"),
    ])
    func spacesAreTrimmedAndRunsOfThemAreOne(value: String, canonical: String) throws {
        let headers = try CanonicalHeaders(host: "h", headers: [("x-amz-meta-a", value)])
        #expect(headers.lines == "host:h\nx-amz-meta-a:\(canonical)\n")
    }

    @Test
    func whatIsSentKeepsItsInnerSpaces() throws {
        let template = try Example.template(
            .putObject,
            headers: [("X-Amz-Meta-B", "  a   b "), ("Content-Type", "text/plain")]
        )
        #expect(
            template.headers.map { [$0.name, $0.value] } == [
                ["content-type", "text/plain"], ["x-amz-meta-b", "a   b"],
            ]
        )
    }

    @Test(arguments: [
        "host", "Host", "authorization", "User-Agent", "expect", "X-Amzn-Trace-Id", "connection", "keep-alive",
        "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
    ])
    func headersThatChangeOnTheWayAreRefused(name: String) throws {
        #expect(try refusal(name, "value") == Refusal(.invalidHeader, name.lowercased()))
    }

    @Test(arguments: ["", "a b", "a:b", "a\r\nb", "ä", "\u{212A}", "a\u{0}", "(a)", "a/b", "a,b", "\"a\""])
    func namesThatAreNoTokenAreRefused(name: String) throws {
        #expect(try refusal(name, "value") == Refusal(.invalidHeader, name))
    }

    @Test(arguments: (Array(0...0x08) + Array(0x0A...0x1F) + [0x7F] as [UInt8]))
    func controlCharactersAreRefused(byte: UInt8) throws {
        let value = "a\(Character(Unicode.Scalar(byte)))b"
        #expect(try refusal("X-Amz-Meta-A", value) == Refusal(.invalidHeader, "x-amz-meta-a"))
    }

    @Test
    func aHeaderGivenTwiceIsRefused() throws {
        let twice = try SignetSigningTests.refusal {
            try CanonicalHeaders(host: "h", headers: [("x-a", "1"), ("b", "2"), ("X-A", "1")])
        }
        #expect(twice == Refusal(.invalidHeader, "x-a"))
    }

    private func refusal(_ name: String, _ value: String) throws -> Refusal? {
        try SignetSigningTests.refusal { try CanonicalHeaders(host: "h", headers: [(name, value)]) }
    }
}
