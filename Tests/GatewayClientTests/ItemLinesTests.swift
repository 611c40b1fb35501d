// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayClient
import NIOCore
import TestSupport
import Testing

@Suite struct ItemLinesTests {
    private static func lines(of pieces: [[UInt8]]) throws -> [String] {
        var lines = ItemLines()
        var text = ByteBuffer()
        for piece in pieces { text.writeImmutableBuffer(try lines.add(ByteBuffer(bytes: piece))) }
        text.writeImmutableBuffer(try lines.finish())
        let all = String(buffer: text)
        if all.isEmpty { return [] }
        #expect(all.hasSuffix("\n"))
        return all.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test(arguments: [
        ("a/b.jpg", #"{"key":"a/b.jpg"}"#), (#"say "hi"\there"#, #"{"key":"say \"hi\"\\there"}"#),
        ("tab\there", #"{"key":"tab\u0009here"}"#), ("Größe 🎉", #"{"key":"Größe 🎉"}"#), ("a\r", #"{"key":"a"}"#),
        (#"{"id":"1","key":"k"}"#, #"{"id":"1","key":"k"}"#), ("", ""),
    ])
    func aLineBecomesALine(line: String, item: String) throws {
        #expect(try Self.lines(of: [Array((line + "\n").utf8)]) == [item])
        // The last one needs no end.
        #expect(try Self.lines(of: [Array(line.utf8)]) == (line.isEmpty ? [] : [item]))
    }

    @Test func keysComeOutAsTheyAreHoweverTheInputIsCut() throws {
        var generator = SeededGenerator.printed("item lines")
        let alphabet = Array("ab\"\\/ é🎉\t\u{1}".unicodeScalars)
        for _ in 0..<500 {
            let keys = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
                let scalars = (0..<Int.random(in: 1...12, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                }
                return String(String.UnicodeScalarView(scalars))
            }
            let bytes = Array((keys.joined(separator: "\n") + "\n").utf8)
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &generator)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let read = try Self.lines(of: pieces).map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])["key"]
            }
            #expect(read == keys)
        }
    }

    @Test func aKeyThatIsNoTextIsNamedByItsLine() throws {
        let error = #expect(throws: ItemLines.NotText.self) {
            try Self.lines(of: [Array("good\n".utf8), [0xFF, 0xFE, 0x0A]])
        }
        #expect(error == ItemLines.NotText(line: 2))
    }
}
