// SPDX-License-Identifier: Apache-2.0

import CSigningBaseline
import Foundation

/// Ways to the same result, measured in turns, so that a change of the machine's speed meets all of them.
struct Contest {
    /// One way.
    struct Contender {
        let label: String
        /// What programs know the figure by; `nil`: it is the limit that the others are measured by.
        let name: String?
        /// What the ratio to the limit should not exceed.
        let target: Double?
        /// Results of one repetition.
        let size: Int
        /// Does the work so many times.
        let run: (_ repetitions: Int) -> Void

        init(
            _ label: String,
            name: String? = nil,
            target: Double? = nil,
            size: Int = 1,
            run: @escaping (_ repetitions: Int) -> Void
        ) {
            self.label = label
            self.name = name
            self.target = target
            self.size = size
            self.run = run
        }
    }

    static let rounds = 5
    /// A turn is cut into slices of about this length, one contender after the other.
    private static let slice = Duration.milliseconds(10)

    let contenders: [Contender]

    /// What each contender needs for one result.
    struct Result {
        /// Of the processor, by round.
        let nanoseconds: [Double]
        /// Calls of the allocator; `nil` where they cannot be counted.
        let allocations: Double?
    }

    /// The results in the order of the contenders.
    func measure(for total: Duration) -> [Result] {
        let clock = ThreadClock()
        let wallClock = ContinuousClock()
        let repetitions = contenders.map { contender in
            var count = 1
            while true {
                let elapsed = clock.measure { contender.run(count) }
                if elapsed >= Self.slice { return count }
                count *= 2
            }
        }
        var results = contenders.map { _ in [Double]() }
        for _ in 0..<Self.rounds {
            var elapsed = contenders.map { _ in Duration.zero }
            var slices = 0
            let start = wallClock.now
            repeat {
                for (index, contender) in contenders.enumerated() {
                    elapsed[index] += clock.measure { contender.run(repetitions[index]) }
                }
                slices += 1
            } while wallClock.now - start < total / Self.rounds
            for index in contenders.indices {
                let count = repetitions[index] * slices * contenders[index].size
                results[index].append(elapsed[index].nanoseconds / Double(count))
            }
        }
        return zip(contenders, results).map { Result(nanoseconds: $1, allocations: Self.allocations(of: $0)) }
    }

    private static func allocations(of contender: Contender) -> Double? {
        let repetitions = max(1, 1_000 / contender.size)
        signet_allocations_begin()
        contender.run(repetitions)
        let count = signet_allocations_end()
        return count < 0 ? nil : Double(count) / Double(repetitions * contender.size)
    }
}

/// Time that this thread has the processor: other processes take it away, but do not count.
private struct ThreadClock {
    func measure(_ work: () -> Void) -> Duration {
        let start = now
        work()
        return now - start
    }

    private var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Duration {
    fileprivate var nanoseconds: Double {
        Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9
    }
}
