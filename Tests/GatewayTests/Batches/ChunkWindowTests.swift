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

    private static func send(_ number: UInt32, in window: inout Window) {
        window.add(number, Int(number), deadline: 1_000)
        window.delivered(number, at: RecordPlace(partition: 1, offset: Int64(number)))
    }

    @Test func aChunkEndsWhenItsAnswerAndItsPlaceAreKnown() {
        var window = Window(limit: 3, order: .input)
        for number in 0..<3 as Range<UInt32> { window.add(number, Int(number), deadline: 10) }
        window.reply(Self.reply(0))
        #expect(!window.hasEnded)
        window.delivered(0, at: RecordPlace(partition: 2, offset: 7))
        #expect(window.take()?.place == RecordPlace(partition: 2, offset: 7))
        window.written()
        // It may be on Kafka, and nobody knows where.
        window.delivered(1, at: nil)
        #expect(!window.hasEnded)
        window.reply(to: 1, [])
        let second = window.take()
        #expect(second?.number == 1 && second?.place == nil)
    }

    @Test func chunksComeOutInTheOrderOfTheirItems() {
        var window = Window(limit: 3, order: .input)
        for number in 0..<3 as Range<UInt32> { Self.send(number, in: &window) }
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
        for number in 0..<3 as Range<UInt32> { Self.send(number, in: &window) }
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
                    Self.send(next, in: &window)
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
