// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct SecretScanTests {
    static let secret = "wJalr/XUtn+FEMI=K7MDENG/bPxRfi\"CY€"

    private let scan: SecretScan

    init() throws {
        scan = try SecretScan(["key": Self.secret])
    }

    private func forms(_ text: String) -> [String] {
        scan.findings(in: Data(text.utf8), place: "log").map(\.form)
    }

    @Test func findsNothingWhereThereIsNothing() {
        #expect(forms("wJalr/XUtn+FEMI=K7MDENG/bPxRfi\"C and Y% 100%zz \\u12 \\").isEmpty)
        #expect(forms("").isEmpty)
    }

    @Test func findsTheSecretAsItIs() {
        #expect(forms("x\(Self.secret)y").contains("raw"))
    }

    @Test func findsItAmongBytesThatAreNoText() {
        let data = Data([0xff, 0, 0x25, 0x5c]) + Data(Self.secret.utf8) + Data([0x25, 0xfe])
        #expect(!scan.findings(in: data, place: "topic").isEmpty)
    }

    /// All that may be encoded, in either case of the digits; a path, whose slashes stay; what nobody would encode.
    @Test(arguments: [
        "wJalr%2FXUtn%2BFEMI%3DK7MDENG%2FbPxRfi%22CY%E2%82%AC",
        "wJalr%2fXUtn%2bFEMI%3dK7MDENG%2fbPxRfi%22CY%e2%82%ac",
        "wJalr/XUtn%2BFEMI%3DK7MDENG/bPxRfi%22CY%E2%82%AC",
        "w%4Aalr/XUtn+FEMI=K7MDENG/bPxRfi\"CY€",
    ])
    func findsItPercentEncoded(_ encoded: String) {
        #expect(forms("https://host/?a=\(encoded)&b=1") == ["raw, percent-decoded"])
    }

    @Test func findsItPercentEncodedTwice() {
        #expect(
            forms("a=wJalr%252FXUtn%252BFEMI%253DK7MDENG%252FbPxRfi%2522CY%25E2%2582%25AC")
                == ["raw, percent-decoded twice"]
        )
    }

    @Test(arguments: [
        #"{"a":"wJalr\/XUtn+FEMI=K7MDENG\/bPxRfi\"CY€"}"#,
        #"{"a":"wJalr/XUtn+FEMI=K7MDENG/bPxRfi\"CY\u20ac"}"#,
        #"{"a":"\u0077Jalr/XUtn\u002bFEMI\u003DK7MDENG/bPxRfi\u0022CY\u20AC"}"#,
    ])
    func findsItBehindTheEscapesOfJSON(_ json: String) {
        #expect(forms(json) == ["raw, JSON-unescaped"])
    }

    @Test func findsItInJSONWithinJSON() {
        #expect(
            forms(#"{"a":"{\"b\":\"wJalr\\/XUtn+FEMI=K7MDENG\\/bPxRfi\\\"CY€\"}"}"#) == ["raw, JSON-unescaped twice"]
        )
    }

    @Test(arguments: 0..<7, 0..<4)
    func findsItInBase64AtEveryAlignment(before: Int, after: Int) {
        let bytes = Data(repeating: 0xfb, count: before) + Data(Self.secret.utf8) + Data(repeating: 0xff, count: after)
        let base64 = bytes.base64EncodedString()
        #expect(forms("x " + base64 + " y").contains("base64"))
        let web = base64.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        #expect(forms(web).contains("base64"))
        #expect(
            !forms(base64.replacingOccurrences(of: "/", with: "%2F").replacingOccurrences(of: "+", with: "%2B")).isEmpty
        )
        #expect(!forms(base64.replacingOccurrences(of: "/", with: "\\/")).isEmpty)
    }

    @Test func doesNotFindAnotherSecretInBase64() {
        let other = Data("wJalr/XUtn+FEMI=K7MDENG/bPxRfi\"CZ€".utf8).base64EncodedString()
        #expect(forms(other).isEmpty)
    }

    @Test(arguments: [
        "774a616c722f5855746e2b46454d493d4b374d44454e472f625078526669224359e282ac",
        "774A616C722F5855746E2B46454D493D4B374D44454E472F625078526669224359E282AC",
    ])
    func findsItInHex(_ hex: String) {
        #expect(forms("0x" + hex) == ["hex"])
    }

    @Test func tellsTheNamesOfTheSecretAndThePlaceButNotTheSecret() throws {
        let scan = try SecretScan(["first": "aaaaaaaaaaaa", "second": "bbbbbbbbbbbb"])
        let findings = scan.findings(in: ["log": Data("bbbbbbbbbbbb".utf8), "topic": Data("aaaaaaaaaaaa".utf8)])
        #expect(findings.map(\.description) == ["second in log (raw)", "first in topic (raw)"])
    }

    @Test func searchesTheFilesOfAFolder() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scan-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let inner = folder.appendingPathComponent("inner")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        try Data("nothing".utf8).write(to: folder.appendingPathComponent("a"))
        try Data(Self.secret.utf8).write(to: inner.appendingPathComponent("b"))
        #expect(try scan.findings(inFilesAt: folder).map(\.place) == ["inner/b"])
        #expect(throws: TestSupportError.self) {
            try scan.findings(inFilesAt: folder.appendingPathComponent("absent"))
        }
    }

    @Test func refusesSecretsThatAppearByChance() {
        #expect(throws: TestSupportError.self) { try SecretScan(["key": "1234567"]) }
        #expect(throws: TestSupportError.self) { try SecretScan([:]) }
    }
}
