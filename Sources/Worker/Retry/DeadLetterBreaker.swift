// SPDX-License-Identifier: Apache-2.0

/// Keeps a pool from moving everything to the dead letters, as it would after a bad deploy.
///
/// A value without I/O: it counts how records end, and opens when too many in a row, or too large a part of them, ended
/// as dead letters. While it is open their batches are held, and with them the partitions; after a pause one batch may
/// pass, and what becomes of that decides.
package struct DeadLetterBreaker: Sendable {
    /// When it opens.
    package struct Limits: Sendable {
        /// Dead letters in a row.
        package var consecutive: Int
        /// Part of the records of the last minute, from 0 to 1, of at least `minimum` records.
        package var ratio: Double
        package var minimum: Int
        /// Milliseconds until one batch is tried.
        package var pause: Int64

        package init(consecutive: Int = 200, ratio: Double = 0.5, minimum: Int = 400, pause: Int64 = 30_000) {
            self.consecutive = consecutive
            self.ratio = ratio
            self.minimum = minimum
            self.pause = pause
        }
    }

    /// What a batch with dead letters has to do.
    package enum Answer: Sendable, Hashable {
        case pass
        /// Ask again at this time, Unix milliseconds.
        case hold(until: Int64)
    }

    private enum State {
        case closed
        case open(until: Int64)
        /// One batch was let through.
        case trying
    }

    private static let window: Int64 = 30_000

    private let limits: Limits
    private var state = State.closed
    private var consecutive = 0
    /// Records of the half minute that runs and of the one before it.
    private var windows = [(good: 0, dead: 0), (good: 0, dead: 0)]
    private var windowStart: Int64 = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether batches with dead letters are held.
    package var isOpen: Bool { if case .closed = state { false } else { true } }

    /// Notes a batch without dead letters.
    package mutating func note(good: Int, now: Int64) {
        count(good: good, dead: 0, now: now)
    }

    /// Asks whether a batch may move records to the dead letters; counted when it may.
    ///
    /// - Parameters:
    ///   - good: Records of the batch that ended well.
    ///   - dead: Those that did not; at least 1.
    ///   - now: Unix milliseconds.
    package mutating func admit(good: Int, dead: Int, now: Int64) -> Answer {
        switch state {
        case .closed:
            count(good: good, dead: dead, now: now)
            guard isTooMuch else { return .pass }
            return open(now: now)
        case .open(let until) where now < until:
            return .hold(until: until)
        case .open:
            state = .trying
            // What decides is what comes from here on.
            forget(now: now)
            count(good: good, dead: dead, now: now)
            return .pass
        case .trying:
            // Of the batch that was tried this one is the successor: most of both must be good.
            count(good: good, dead: dead, now: now)
            let total = windows.reduce(0) { $0 + $1.good + $1.dead }
            let lost = windows.reduce(0) { $0 + $1.dead }
            if Double(lost) < limits.ratio * Double(total) {
                state = .closed
                return .pass
            }
            return open(now: now)
        }
    }

    private mutating func open(now: Int64) -> Answer {
        let until = now.addingReportingOverflow(limits.pause).partialValue
        state = .open(until: until)
        return .hold(until: until)
    }

    private var isTooMuch: Bool {
        if consecutive >= limits.consecutive { return true }
        let total = windows.reduce(0) { $0 + $1.good + $1.dead }
        let lost = windows.reduce(0) { $0 + $1.dead }
        return total >= limits.minimum && Double(lost) >= limits.ratio * Double(total)
    }

    private mutating func count(good: Int, dead: Int, now: Int64) {
        let (age, isAbsurd) = now.subtractingReportingOverflow(windowStart)
        if isAbsurd || age < 0 || age >= 2 * Self.window {
            forget(now: now)
        } else if age >= Self.window {
            windows = [(0, 0), windows[0]]
            windowStart += Self.window
        }
        windows[0].good += good
        windows[0].dead += dead
        consecutive = good > 0 ? dead : consecutive + dead
        if case .trying = state, dead == 0, good > 0 { state = .closed }
    }

    private mutating func forget(now: Int64) {
        windows = [(0, 0), (0, 0)]
        windowStart = now
        consecutive = 0
    }
}
