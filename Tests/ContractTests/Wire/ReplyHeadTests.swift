// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@Suite struct ReplyHeadTests {
    private static func head(_ bytes: [UInt8]) -> ReplyHead? { bytes.withUnsafeBytes { ReplyHead($0) } }

    @Test(arguments: [(0, 0), (7, 0), (4_294_967_295, 3), (0, 1)] as [(UInt32, UInt32)])
    func tellsChunkAndPartsOfAReply(chunk: UInt32, parts: UInt32) throws {
        var reply = Reply()
        reply.version = 1
        reply.jobID = "j"
        reply.chunk = chunk
        reply.parts = parts
        reply.completedAtMs = 5
        reply.warnings = ["w"]
        reply.s3Signing.items = [SignedItem()]
        let head = try #require(Self.head(try reply.serializedBytes()))
        #expect(head.chunk == chunk && head.parts == parts)
    }

    /// Whatever bytes come, it says what the decoder of all messages says, or nothing.
    @Test func agreesWithTheDecoderOnAnyBytes() throws {
        var generator = SeededGenerator.printed("reply heads")
        var reply = Reply()
        reply.chunk = 300
        reply.parts = 2
        reply.failure.code = "c"
        let good: [UInt8] = try reply.serializedBytes()
        var known = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0 ... .max, using: &generator)
            }
            guard let decoded = try? Reply(serializedBytes: bytes), let head = Self.head(bytes) else { continue }
            known += 1
            #expect(head.chunk == decoded.chunk && head.parts == decoded.parts, "\(bytes)")
        }
        #expect(known > 1_000)
    }
}
