// SPDX-License-Identifier: Apache-2.0

package import Contract

/// How a wait ends.
package enum WaitingOutcome: Sendable {
    case replied(Reply)
    /// The delivery failed.
    case refused(JobRefusal)
    /// The wait is over and the job goes on.
    case detached
}

/// Why a job is not taken.
package enum WaitingRefusal: Error, Equatable {
    /// As many jobs as there may be are open.
    case full
    /// The gateway stops.
    case closed
}

/// The jobs that have no reply yet, and who waits for each: a value, events in, actions out.
///
/// ```
///            reply ─────────────────────────────▶ answered (whoever waits gets it)
/// open ──▶ waiting ── delivery failed ──────────▶ refused
///             │ wait over, delivery known
///             ▼
///          detached ── reply ───────────────────▶ told to the job states
///             └────── deadline ─────────────────▶ expired
/// ```
/// A wait that is over while the delivery is still unknown to have happened goes on until the producer tells: only
/// what is on Kafka may be called accepted.
///
/// Generic over the waiter, so that tests need no task to wait.
package struct WaitingTable<Waiter: Sendable> {
    package enum Action: Sendable {
        case none
        case resume(Waiter, WaitingOutcome)
        /// No one waits any more: the job's state takes the reply.
        case settle(AcceptedJob, Reply)
        /// A reply to none of our jobs, or one more to a job that has its own.
        case foreign
    }

    private enum Phase {
        case open
        case waiting(Waiter)
        /// The outcome came before the waiter did.
        case ended(WaitingOutcome)
        case detached
    }

    private struct Entry {
        let job: AcceptedJob
        var phase = Phase.open
        var delivery = JobDelivery.pending
        var isWaitOver = false
        var assembly = ReplyAssembly()
    }

    /// Requests that wait at the same time, at most.
    package let maximumWaiting: Int
    /// Jobs without a reply, at most, waited for or not.
    package let maximumOpen: Int

    private var entries: [CorrelationID: Entry] = [:]
    package private(set) var isClosed = false

    /// Requests that wait now.
    package private(set) var waiting = 0
    /// Jobs without a reply.
    package var count: Int { entries.count }

    package func contains(_ id: CorrelationID) -> Bool { entries[id] != nil }

    package init(maximumWaiting: Int, maximumOpen: Int) {
        self.maximumWaiting = maximumWaiting
        self.maximumOpen = maximumOpen
    }

    // MARK: Events

    /// A job is about to be produced.
    package mutating func open(_ job: AcceptedJob) throws(WaitingRefusal) {
        if isClosed { throw .closed }
        guard waiting < maximumWaiting, entries.count < maximumOpen else { throw .full }
        entries[CorrelationID(job.id)] = Entry(job: job)
        waiting += 1
    }

    /// The request begins to wait, once for each job.
    package mutating func wait(for id: CorrelationID, _ waiter: Waiter) -> Action {
        guard var entry = entries[id] else { return .resume(waiter, .detached) }
        if case .ended(let outcome) = entry.phase {
            if case .detached = outcome {
                entry.phase = .detached
                entries[id] = entry
            } else {
                entries[id] = nil
            }
            return .resume(waiter, outcome)
        }
        entry.phase = .waiting(waiter)
        entries[id] = entry
        return .none
    }

    /// The producer tells what became of the record.
    package mutating func delivery(of id: CorrelationID, _ delivery: JobDelivery) -> Action {
        guard var entry = entries[id] else { return .none }
        entry.delivery = delivery
        entries[id] = entry
        if case .failed(let refusal) = delivery { return end(id, .refused(refusal)) }
        return detachIfOver(id)
    }

    /// The request has waited as long as it was ready to.
    package mutating func waitIsOver(for id: CorrelationID) -> Action {
        guard var entry = entries[id] else { return .none }
        entry.isWaitOver = true
        entries[id] = entry
        return detachIfOver(id)
    }

    /// A reply, or a part of one, arrived.
    package mutating func reply(to id: CorrelationID, _ part: Reply) -> Action {
        guard var entry = entries[id] else { return .foreign }
        if case .ended = entry.phase { return .foreign }
        let whole = entry.assembly.add(part)
        entries[id] = entry
        guard let whole else { return .none }
        if case .detached = entry.phase {
            entries[id] = nil
            return .settle(entry.job, whole)
        }
        return end(id, .replied(whole))
    }

    /// Forgets the jobs whose deadline has passed and that no one waits for; a late reply to them is foreign.
    ///
    /// - Parameter now: Unix milliseconds.
    package mutating func expire(now: Int64) -> [AcceptedJob] {
        let expired = entries.filter { _, entry in
            if case .detached = entry.phase { entry.job.deadline < now } else { false }
        }
        for id in expired.keys { entries[id] = nil }
        return expired.values.map(\.job)
    }

    /// The gateway stops: no new jobs, and no one waits any longer.
    package mutating func close() -> [Action] {
        isClosed = true
        return entries.keys.map { waitIsOver(for: $0) }
    }

    // MARK: Transitions

    private mutating func detachIfOver(_ id: CorrelationID) -> Action {
        guard let entry = entries[id], entry.isWaitOver, entry.delivery != .pending else { return .none }
        return end(id, .detached)
    }

    private mutating func end(_ id: CorrelationID, _ outcome: WaitingOutcome) -> Action {
        guard var entry = entries[id] else { return .none }
        switch entry.phase {
        case .ended, .detached:
            return .none
        case .open:
            waiting -= 1
            entry.phase = .ended(outcome)
            entries[id] = entry
            return .none
        case .waiting(let waiter):
            waiting -= 1
            if case .detached = outcome {
                entry.phase = .detached
                entries[id] = entry
            } else {
                entries[id] = nil
            }
            return .resume(waiter, outcome)
        }
    }
}
