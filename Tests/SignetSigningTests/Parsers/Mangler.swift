// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Texts that nobody meant: valid ones with mistakes, valid ones crossed with each other, and noise.
struct Mangler {
    var random: SeededGenerator
    private let samples: [[UInt8]]
    /// Bytes that mean something to the parser.
    private let tokens: [[UInt8]]

    init(seed: UInt64, samples: [String], tokens: [String]) {
        random = SeededGenerator(seed: seed)
        self.samples = samples.map { Array($0.utf8) }
        self.tokens = (tokens + ["", "\0", "\n", " ", "%", "%00", "%FF", "ü", "😀", "\u{202E}"]).map { Array($0.utf8) }
    }

    mutating func next() -> String {
        var bytes = samples.randomElement(using: &random) ?? []
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1:
            // The start of one and the end of another.
            let other = samples.randomElement(using: &random) ?? []
            bytes =
                Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
                + other.suffix(Int.random(in: 0...other.count, using: &random))
        case 2:
            let piece = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            for _ in 0..<Int.random(in: 1..<40, using: &random) { bytes += piece }
        default:
            for _ in 0..<Int.random(in: 1..<6, using: &random) { mutate(&bytes) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0..<12, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: place)
        case 2: bytes.replaceSubrange(place..<end, with: tokens.randomElement(using: &random) ?? [])
        case 3: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &random) }
        default: bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }
}

/// How many cases there are, and from which seed: `SIGNET_PARSER_SEED` repeats a run.
enum ParserCases {
    /// 50,000; a million with `SIGNET_TEST_LONG=1`.
    static let count = ProcessInfo.processInfo.environment["SIGNET_TEST_LONG"] == "1" ? 1_000_000 : 50_000
    static let seed =
        ProcessInfo.processInfo.environment["SIGNET_PARSER_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
}
