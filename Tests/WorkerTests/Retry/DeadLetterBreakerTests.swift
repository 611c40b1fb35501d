// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct DeadLetterBreakerTests {
    private var breaker = DeadLetterBreaker(limits: .init(consecutive: 10, ratio: 0.5, minimum: 100, pause: 1_000))

    @Test mutating func someDeadLettersPass() {
        for time in 0..<1_000 {
            #expect(breaker.admit(good: 3, dead: 1, now: Int64(time)) == .pass)
        }
        #expect(!breaker.isOpen)
    }

    @Test mutating func deadLettersInARowOpenIt() {
        for time in 0..<9 { #expect(breaker.admit(good: 0, dead: 1, now: Int64(time)) == .pass) }
        #expect(breaker.admit(good: 0, dead: 1, now: 9) == .hold(until: 1_009))
        #expect(breaker.isOpen)
        #expect(breaker.admit(good: 0, dead: 1, now: 1_008) == .hold(until: 1_009))
    }

    @Test mutating func aSuccessBreaksTheRow() {
        for time in 0..<9 { _ = breaker.admit(good: 0, dead: 1, now: Int64(time)) }
        breaker.note(good: 1, now: 9)
        #expect(breaker.admit(good: 0, dead: 1, now: 10) == .pass)
    }

    @Test mutating func tooLargeAPartOpensIt() {
        for time in 0..<12 { #expect(breaker.admit(good: 4, dead: 4, now: Int64(time)) == .pass) }
        #expect(breaker.admit(good: 4, dead: 4, now: 12) == .hold(until: 1_012))
    }

    @Test mutating func whatLiesLongBackDoesNotCount() {
        for time in 0..<12 { _ = breaker.admit(good: 4, dead: 4, now: Int64(time)) }
        #expect(breaker.admit(good: 4, dead: 4, now: 70_000) == .pass)
    }

    @Test mutating func afterThePauseOneBatchPassesAndTheNextIsHeldIfItIsNoBetter() {
        #expect(breaker.admit(good: 0, dead: 500, now: 0) == .hold(until: 1_000))
        #expect(breaker.admit(good: 0, dead: 500, now: 1_000) == .pass)
        #expect(breaker.admit(good: 0, dead: 500, now: 1_001) == .hold(until: 2_001))
        #expect(breaker.isOpen)
    }

    @Test mutating func aGoodBatchAfterThePauseClosesIt() {
        _ = breaker.admit(good: 0, dead: 500, now: 0)
        #expect(breaker.admit(good: 0, dead: 5, now: 1_000) == .pass)
        breaker.note(good: 1, now: 1_001)
        #expect(!breaker.isOpen)
        #expect(breaker.admit(good: 0, dead: 5, now: 1_002) == .pass)
    }

    /// A clock that jumps neither traps nor holds for ever.
    @Test mutating func absurdTimesAreSurvived() {
        for now in [Int64.max, 0, Int64.min, 5, -5, Int64.max] {
            _ = breaker.admit(good: 0, dead: 20, now: now)
            breaker.note(good: 1, now: now)
        }
    }
}
