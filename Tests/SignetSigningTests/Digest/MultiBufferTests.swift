// SPDX-License-Identifier: Apache-2.0

import SignetSigning
import TestSupport
import Testing

/// Each kernel that this machine has against OpenSSL, one message at a time.
@Suite(.takingTurnsBusy)
struct MultiBufferTests {
    static let kernels = SHA256Kernel.allCases.filter(\.isAvailable)
    /// About the ends of blocks, where padding takes a block of its own.
    private static let lengths = [0, 1, 3, 54, 55, 56, 63, 64, 65, 118, 119, 120, 127, 128, 129, 183, 184, 500, 1_000]

    /// As many random messages; the seed stands in what fails.
    private static func messages(_ lengths: [Int], _ random: inout SeededGenerator) -> [[UInt8]] {
        lengths.map { length in (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) } }
    }

    @Test
    func thereIsAWayOnEveryMachine() {
        #expect(SHA256Kernel.portable.isAvailable)
        #expect(SHA256Kernel.preferred.allSatisfy { $0.isAvailable })
        #expect(SHA256Kernel.allCases.map(\.lanes) == [16, 2, 8, 4])
    }

    @Test(arguments: kernels)
    func messagesOfOneLengthHashAsAlone(kernel: SHA256Kernel) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for length in Self.lengths {
            for count in 1...33 {
                let messages = Self.messages(Array(repeating: length, count: count), &random)
                #expect(kernel.hash(messages) == messages.map(SHA256Hash.hash), "\(count) of \(length), seed \(seed)")
            }
        }
    }

    @Test(arguments: kernels)
    func messagesOfUnevenLengthsHashAsAlone(kernel: SHA256Kernel) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<20 {
            for count in 1...33 {
                let lengths = (0..<count).map { _ in
                    round.isMultiple(of: 2)
                        ? Int.random(in: 0...700, using: &random) : Self.lengths.randomElement(using: &random) ?? 0
                }
                let messages = Self.messages(lengths, &random)
                #expect(kernel.hash(messages) == messages.map(SHA256Hash.hash), "\(lengths), seed \(seed)")
            }
        }
    }

    @Test(arguments: kernels)
    func messagesThatEndAlikeHashAsAlone(kernel: SHA256Kernel) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for tail in Self.messages(Self.lengths, &random) {
            for (count, blocks) in [(1, 1), (2, 3), (15, 2), (16, 1), (17, 1), (33, 2)] {
                let heads = Self.messages(Array(repeating: 64 * blocks, count: count), &random)
                let digests = heads.map { SHA256Hash.hash($0 + tail) }
                #expect(kernel.hash(heads, then: tail) == digests, "\(count) and \(tail.count), seed \(seed)")
            }
        }
    }

    @Test(arguments: kernels)
    func theExamplesOfTheStandardAreMet(kernel: SHA256Kernel) {
        let messages = ["abc", "", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"].map { Array($0.utf8) }
        #expect(
            kernel.hash(messages).map(\.hexadecimal) == [
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ]
        )
    }

    @Test
    func noMessagesHaveNoHashes() {
        for kernel in Self.kernels { #expect(kernel.hash([]).isEmpty) }
    }
}
