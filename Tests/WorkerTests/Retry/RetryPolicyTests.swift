// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing
import Worker

@Suite struct RetryPolicyTests {
    private static let passing = KafkaError(code: .messageTimedOut, message: "no answer", isRetriable: true)
    private static let lasting = KafkaError(code: .messageTooLarge, message: "too large")
    private let policy = RetryPolicy(delays: [5_000, 60_000])

    private func next(
        _ error: KafkaError,
        attempt: Int,
        rounds: Int,
        deadline: Int64? = 1_000_000
    ) -> RetryPolicy.Step {
        var generator = SeededGenerator(seed: 1)
        return policy.next(
            after: error,
            attempt: attempt,
            rounds: rounds,
            deadline: deadline,
            now: 100_000,
            using: &generator
        )
    }

    @Test func whatPassesIsRunAgainHereFirst() {
        for attempt in 1..<RetryPolicy.attemptsInProcess {
            guard case .runAgain(let wait) = next(Self.passing, attempt: attempt, rounds: 0) else {
                Issue.record("attempt \(attempt) was not followed by another")
                continue
            }
            #expect(wait > .zero && wait <= .seconds(5))
        }
    }

    @Test func thenRoundAfterRoundThenTheDeadLetters() {
        let last = RetryPolicy.attemptsInProcess
        #expect(next(Self.passing, attempt: last, rounds: 0) == .later(delay: 5_000))
        #expect(next(Self.passing, attempt: last, rounds: 1) == .later(delay: 60_000))
        #expect(next(Self.passing, attempt: last, rounds: 2) == .deadLetter)
    }

    @Test func whatLastsIsNotRepeated() {
        #expect(next(Self.lasting, attempt: 1, rounds: 0) == .deadLetter)
    }

    @Test func noRoundBeginsAfterTheDeadline() {
        let last = RetryPolicy.attemptsInProcess
        #expect(next(Self.passing, attempt: last, rounds: 0, deadline: 105_001) == .later(delay: 5_000))
        #expect(next(Self.passing, attempt: last, rounds: 0, deadline: 105_000) == .deadLetter)
        #expect(next(Self.passing, attempt: last, rounds: 0, deadline: nil) == .later(delay: 5_000))
    }

    /// Headers say anything.
    @Test(arguments: [-1, 3, Int.max, Int.min])
    func absurdRoundsEndAsDeadLetters(rounds: Int) {
        #expect(next(Self.passing, attempt: RetryPolicy.attemptsInProcess, rounds: rounds) == .deadLetter)
    }
}
