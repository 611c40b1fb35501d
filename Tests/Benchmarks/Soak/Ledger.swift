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

    private struct Entry {
        var isAccepted = false
        var end: End?
        var ends = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Accepted, without an end.
        var open: [String: (accepted: ContinuousClock.Instant, taker: Taker)] = [:]
        var contradictions = 0
    }

    struct Summary: Sendable {
        var accepted = 0
        var ends: [End: Int] = [:]
        /// Accepted without an end.
        var open = 0
        /// Ends beyond the first of a job.
        var duplicates = 0
        /// Jobs that ended in two ways.
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
    func end(_ id: String, _ end: End) {
        state.withLock { state in
            var entry = state.entries[id] ?? Entry()
            if let first = entry.end, first != end { state.contradictions += 1 }
            entry.end = entry.end ?? end
            entry.ends += 1
            state.entries[id] = entry
            state.open[id] = nil
        }
    }

    /// Jobs without an end that were accepted before a time, by who took them.
    func open(before time: ContinuousClock.Instant) -> [String: Taker] {
        state.withLock { $0.open.filter { $0.value.accepted < time }.mapValues(\.taker) }
    }

    var summary: Summary {
        state.withLock { state in
            var summary = Summary(open: state.open.count, contradictions: state.contradictions)
            for entry in state.entries.values {
                summary.duplicates += max(0, entry.ends - 1)
                guard entry.isAccepted else { continue }
                summary.accepted += 1
                if let end = entry.end { summary.ends[end, default: 0] += 1 }
            }
            return summary
        }
    }
}
