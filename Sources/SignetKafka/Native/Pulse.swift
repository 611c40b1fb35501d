// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// When a loop last came round: any thread may ask.
final class Pulse: Sendable {
    private let start = ContinuousClock.now
    /// Nanoseconds behind `start`; -1: never.
    private let last = Atomic<Int64>(-1)

    /// Notes that the loop comes round.
    func beat() {
        let elapsed = ContinuousClock.now - start
        last.store(Int64(elapsed / .nanoseconds(1)), ordering: .relaxed)
    }

    /// How long ago it came round; `nil`: it has not begun.
    var age: Duration? {
        let last = last.load(ordering: .relaxed)
        return last < 0 ? nil : ContinuousClock.now - start - .nanoseconds(last)
    }
}
