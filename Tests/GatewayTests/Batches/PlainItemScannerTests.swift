// SPDX-License-Identifier: Apache-2.0

import Foundation
import Gateway
import TestSupport
import Testing

@Suite struct PlainItemScannerTests {
    private static func scan(_ text: some Sequence<UInt8>) -> [String: String]? {
        let bytes = Array(text)
        return bytes.withUnsafeBytes { bytes in
            PlainItemScanner.scan(bytes).map { item in
                var members = ["key": String(decoding: bytes[item.key], as: UTF8.self)]
                if !item.id.isEmpty { members["id"] = String(decoding: bytes[item.id], as: UTF8.self) }
                return members
            }
        }
    }

    @Test(arguments: [
        (#"{"key":"a/b c.jpg"}"#, ["key": "a/b c.jpg"]), (#"{"id":"1","key":"k"}"#, ["id": "1", "key": "k"]),
        (#" { "key" : "k" , "id" : "x" } "#, ["id": "x", "key": "k"]),
    ])
    func plainItemsAreRead(text: String, members: [String: String]) {
        #expect(Self.scan(text.utf8) == members)
    }

    @Test(arguments: [
        "", "{", "{}", "[]", #"{"key":""}"#, #"{"id":"x"}"#, #"{"key":"a\"b"}"#, #"{"key":"é"}"#, #"{"key":1}"#,
        #"{"key":"a","key":"b"}"#, #"{"key":"a","size":"1"}"#, #"{"key":"a"} x"#, #"{"key":"a",}"#, #"{"key""a"}"#,
        "{\"key\":\"a\tb\"}", #"{"key":"a"#, #"{"id":"1","id":"2","key":"k"}"#, #"{"id":"","key":"k"}"#,
    ])
    func allOthersAreLeftToTheParser(text: String) {
        #expect(Self.scan(text.utf8) == nil)
    }

    /// Whatever it reads, Foundation reads the same, out of texts that are broken in every way.
    @Test func nothingIsReadThatFoundationReadsOtherwise() throws {
        var generator = SeededGenerator.printed("plain items")
        let pieces = [
            "{", "}", "\"", "key", "id", ":", ",", " ", "\\", "a", "\"key\":\"v\"", "\"id\":\"i\"", "é", "\t",
        ]
        var read = 0
        for _ in 0..<100_000 {
            let middle = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            let text = "{" + middle.joined() + "}"
            guard let members = Self.scan(text.utf8) else { continue }
            read += 1
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
            #expect(value as? [String: String] == members, "\(text)")
        }
        #expect(read > 100)
    }
}
