// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The client's own book of jobs: what was accepted, and how each ended.
final class Ledger: Sendable {
    /// How a job visibly ended.
    enum End: String, Sendable, CaseIterable {
        case done, failed, expired, dead
    }

    /// Who took a job.
    enum Taker: String, Sendable {
        case kafka, gateway
    }

    /// An end as somebody told it.
    struct Told: Sendable {
        let end: End
        /// The topic, or the URL.
        let by: String
        /// Milliseconds since 1970: when it was written.
        let time: Int64
    }

    /// A job that ended in two ways.
    struct Contradiction: Sendable, CustomStringConvertible {
        let job: String
        let first: Told
        let second: Told

        /// A job that is done again after its deadline is answered `expired`: readers keep to the first answer.
        var isLateExpiry: Bool { second.end == .expired }

        var description: String {
            "\(job): \(first.end.rawValue) by \(first.by), "
                + "then \(second.end.rawValue) by \(second.by) \(second.time - first.time) ms later"
        }
    }

    private struct Entry {
        var isAccepted = false
        /// The one that was written first.
        var end: Told?
        var ends = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Accepted, without an end.
        var open: [String: (accepted: ContinuousClock.Instant, taker: Taker)] = [:]
        var contradictions: [Contradiction] = []
    }

    struct Summary: Sendable {
        var accepted = 0
        var ends: [End: Int] = [:]
        /// Accepted without an end.
        var open = 0
        /// Ends beyond the first of a job.
        var duplicates = 0
        /// Jobs whose first end was followed by `expired`.
        var lateExpiries = 0
        /// Jobs that ended in two ways otherwise.
        var contradictions = 0
    }

    private let state = Mutex(State())

    /// Notes that somebody took the job upon himself. Its end may have been seen before.
    func accept(_ id: String, by taker: Taker) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.entries[id, default: Entry()].isAccepted = true
            if state.entries[id]?.end == nil { state.open[id] = (now, taker) }
        }
    }

    /// Notes an end, which may be that of a job whose acceptance nobody could confirm.
    func end(_ id: String, _ told: Told) {
        state.withLock { state in
            var entry = state.entries[id] ?? Entry()
            let (first, second) = Self.ordered(entry.end, told)
            if let second, second.end != first.end {
                state.contradictions.append(Contradiction(job: id, first: first, second: second))
            }
            entry.end = first
            entry.ends += 1
            state.entries[id] = entry
            state.open[id] = nil
        }
    }

    /// Topics and partitions are read in no order of their own.
    private static func ordered(_ one: Told?, _ other: Told) -> (Told, Told?) {
        guard let one else { return (other, nil) }
        return one.time <= other.time ? (one, other) : (other, one)
    }

    /// How a job ended first.
    func end(of id: String) -> End? {
        state.withLock { $0.entries[id]?.end?.end }
    }

    var contradictions: [Contradiction] {
        state.withLock { $0.contradictions }
    }

    /// Jobs without an end that were accepted before a time, by who took them.
    func open(before time: ContinuousClock.Instant) -> [String: Taker] {
        state.withLock { $0.open.filter { $0.value.accepted < time }.mapValues(\.taker) }
    }

    var summary: Summary {
        state.withLock { state in
            var summary = Summary(open: state.open.count)
            summary.lateExpiries = state.contradictions.count(where: \.isLateExpiry)
            summary.contradictions = state.contradictions.count - summary.lateExpiries
            for entry in state.entries.values {
                summary.duplicates += max(0, entry.ends - 1)
                guard entry.isAccepted else { continue }
                summary.accepted += 1
                if let end = entry.end?.end { summary.ends[end, default: 0] += 1 }
            }
            return summary
        }
    }
}
