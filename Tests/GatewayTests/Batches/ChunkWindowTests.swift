// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import TestSupport
import Testing

@Suite struct ChunkWindowTests {
    typealias Window = ChunkWindow<Int>

    private static func reply(_ chunk: UInt32) -> Reply {
        var reply = Reply()
        reply.chunk = chunk
        reply.s3Signing.items = [SignedItem()]
        return reply
    }

    @Test func chunksComeOutInTheOrderOfTheirItems() {
        var window = Window(limit: 3, order: .input)
        for number in 0..<3 as Range<UInt32> { window.add(number, Int(number), deadline: 10) }
        #expect(!window.hasRoom)
        window.reply(Self.reply(2))
        window.reply(Self.reply(1))
        #expect(!window.hasEnded && window.take() == nil)
        window.reply(Self.reply(0))
        for number in 0..<3 {
            #expect(window.take()?.content == number)
            #expect(window.count == 3 - number)
            window.written()
        }
        #expect(window.hasRoom && !window.isOver)
        window.endInput()
        #expect(window.isOver)
    }

    @Test func chunksComeOutAsTheyAreDone() {
        var window = Window(limit: 3, order: .completion)
        for number in 0..<3 as Range<UInt32> { window.add(number, Int(number), deadline: 10) }
        for number in [2, 0, 1] as [UInt32] {
            window.reply(Self.reply(number))
            #expect(window.take()?.number == number)
            window.written()
        }
    }

    @Test func deadlineAndRefusalAreAnswersAndALaterReplyIsNone() throws {
        var window = Window(limit: 3, order: .input)
        window.add(0, 0, deadline: 10)
        window.add(1, 1, deadline: 20)
        window.expire(now: 10, FailureError(.expired, message: "late"))
        #expect(!window.hasEnded)
        window.expire(now: 11, FailureError(.expired, message: "late"))
        window.reply(Self.reply(0))
        window.refuse(1, FailureError(.internal, message: "no"))
        let failures = [window.take(), window.take()].map { chunk -> String? in
            if case .failure(let failure)? = chunk?.answer { failure.message } else { nil }
        }
        #expect(failures == ["late", "no"])
        #expect(window.take() == nil)
    }

    /// Replies come in any order, several times, in parts, and of chunks that there are not: each chunk comes out once.
    @Test(arguments: [Window.Order.input, .completion])
    func everyChunkComesOutOnceWhateverArrives(order: Window.Order) {
        var generator = SeededGenerator.printed("chunk window")
        for _ in 0..<300 {
            let limit = Int.random(in: 1...5, using: &generator)
            var window = Window(limit: limit, order: order)
            let total = UInt32.random(in: 0...20, using: &generator)
            var next: UInt32 = 0
            var out: [UInt32] = []
            var steps = 0
            while !window.isOver {
                steps += 1
                if next < total, window.hasRoom {
                    window.add(next, Int(next), deadline: 1_000)
                    next += 1
                } else if next == total {
                    window.endInput()
                }
                let answered = UInt32.random(in: 0...total &+ 1, using: &generator)
                if Bool.random(using: &generator) {
                    window.reply(Self.reply(answered))
                } else {
                    window.reply(to: answered, [])
                }
                if Bool.random(using: &generator), let chunk = window.take() {
                    #expect(chunk.content == Int(chunk.number))
                    out.append(chunk.number)
                    window.written()
                }
                #expect(window.count <= limit)
                if steps > 10_000 { break }
            }
            #expect(out.sorted() == Array(0..<total))
            if order == .input { #expect(out == out.sorted()) }
        }
    }
}
