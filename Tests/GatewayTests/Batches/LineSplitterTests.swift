// SPDX-License-Identifier: Apache-2.0

import Gateway
import TestSupport
import Testing

@Suite struct LineSplitterTests {
    /// The lines of bytes that arrive in pieces; `nil`: too long.
    private static func lines(of pieces: [[UInt8]]) -> [(number: Int, text: [UInt8]?)] {
        var splitter = LineSplitter()
        var lines: [(Int, [UInt8]?)] = []
        for piece in pieces {
            piece.withUnsafeBytes { bytes in
                var position = 0
                while let line = splitter.next(in: bytes, from: &position) {
                    switch line {
                    case .whole(let range): lines.append((splitter.number, Array(bytes[range])))
                    case .joined(let text): lines.append((splitter.number, text))
                    case .tooLong: lines.append((splitter.number, nil))
                    }
                }
                #expect(position == bytes.count)
            }
        }
        switch splitter.finish() {
        case .joined(let text)?: lines.append((splitter.number, text))
        case .tooLong?: lines.append((splitter.number, nil))
        case .whole?, nil: break
        }
        return lines
    }

    /// The same by the standard library, with all bytes at once.
    private static func oracle(_ bytes: [UInt8]) -> [[UInt8]?] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line in
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return text.count > LineSplitter.maximumLength ? nil : Array(text)
        }
    }

    @Test func linesAreTheSameHoweverTheyAreCut() {
        var generator = SeededGenerator.printed("lines")
        for _ in 0..<2_000 {
            let alphabet = Array("ab\n\n\r".utf8)
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &generator)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let lines = Self.lines(of: pieces)
            #expect(lines.map(\.text) == Self.oracle(bytes), "\(pieces)")
            #expect(lines.map(\.number) == Array(1..<lines.count + 1))
        }
    }

    @Test(arguments: [-1, 0, 1, 2, 200_000], ["\n", "\r\n", ""])
    func longLinesArePassedOverAndTheNextOneIsRead(beyond: Int, end: String) {
        let long = [UInt8](repeating: 7, count: LineSplitter.maximumLength + beyond)
        let bytes = long + Array(end.utf8) + (end.isEmpty ? [] : Array("next".utf8))
        let expected = Self.oracle(bytes)
        for length in [1_000, 65_536, 65_537, 1_000_000] {
            let pieces = stride(from: 0, to: bytes.count, by: length).map {
                Array(bytes[$0..<min($0 + length, bytes.count)])
            }
            #expect(Self.lines(of: pieces).map(\.text) == expected)
        }
        #expect((expected[0] == nil) == (beyond > 0))
    }
}
