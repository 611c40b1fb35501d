// SPDX-License-Identifier: Apache-2.0

package import SignetKafka

/// What comes next for a record whose results could not be written: three bands under the job's one deadline.
///
/// First it is run again at once, in this process; then it goes to the topics of later rounds, one after the other;
/// last to the dead letters. What no repetition mends goes there straight away.
package struct RetryPolicy: Sendable {
    /// Runs in this process for each round.
    package static let attemptsInProcess = 3
    private static let firstBackoff = Duration.milliseconds(200)
    private static let longestBackoff = Duration.seconds(5)

    /// Milliseconds of each further round, from the first.
    package let delays: [Int]

    package init(delays: [Int]) {
        self.delays = delays
    }

    /// What comes next.
    package enum Step: Sendable, Hashable {
        case runAgain(after: Duration)
        /// The topic of the round that comes after `delay` milliseconds.
        case later(delay: Int)
        case deadLetter
    }

    /// - Parameters:
    ///   - error: Why a result was not written.
    ///   - attempt: Runs in this process so far, from 1.
    ///   - rounds: Topics of later rounds that the record came through.
    ///   - deadline: When the job expires, Unix milliseconds; `nil`: unknown.
    ///   - now: Unix milliseconds.
    ///   - generator: Scatters the repetitions of many workers.
    package func next(
        after error: KafkaError,
        attempt: Int,
        rounds: Int,
        deadline: Int64?,
        now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        guard error.isRetriable else { return .deadLetter }
        if attempt < Self.attemptsInProcess {
            let backoff = min(Self.firstBackoff * (1 << max(0, attempt - 1)), Self.longestBackoff)
            return .runAgain(after: backoff * Double.random(in: 0.5...1, using: &generator))
        }
        return laterRound(after: rounds, deadline: deadline, now: now).map(Step.later(delay:)) ?? .deadLetter
    }

    /// The delay in milliseconds of the next later round; `nil`: there is none, or the job expires before.
    ///
    /// - Parameters: As for ``next(after:attempt:rounds:deadline:now:using:)``.
    package func laterRound(after rounds: Int, deadline: Int64?, now: Int64) -> Int? {
        guard delays.indices.contains(rounds) else { return nil }
        let due = now.addingReportingOverflow(Int64(delays[rounds])).partialValue
        if let deadline, due >= deadline { return nil }
        return delays[rounds]
    }
}
