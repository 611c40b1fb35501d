// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Batches that wait for a worker task, handed out in weighted turn.
///
/// Bulk never has all tasks where there are several: a click that comes finds one free, and a core with it.
/// Bounded by the consumers, which hand out no further batch while theirs are held.
package final class TurnQueue<Turn: Sendable>: Sendable {
    private struct State: ~Copyable {
        var scheduler: TurnScheduler<Turn>
        var waiters: [CheckedContinuation<Turn?, Never>] = []
        var bulkTasks = 0
        var isClosed = false

        /// The turn that is next, counted if it is of bulk.
        mutating func next(bulkLimit: Int) -> Turn? {
            guard let (lane, turn) = scheduler.next(allowsBulk: bulkTasks < bulkLimit) else { return nil }
            if lane == .bulk { bulkTasks += 1 }
            return turn
        }
    }

    private let state: Mutex<State>
    private let bulkLimit: Int

    /// - Parameter tasks: How many tasks take turns.
    package init(weight: Int, tasks: Int) {
        state = Mutex(State(scheduler: TurnScheduler(weight: weight)))
        bulkLimit = max(1, tasks - 1)
    }

    package func add(_ turn: Turn, to lane: TurnScheduler<Turn>.Lane) {
        state.withLock { $0.scheduler.add(turn, to: lane) }
        wakeOne()
    }

    /// The next batch; `nil` once the queue is closed and empty, or closed with nothing left but bulk that others have.
    package func next() async -> Turn? {
        await withCheckedContinuation { continuation in
            let answer: Turn?? = state.withLock { state in
                if let turn = state.next(bulkLimit: bulkLimit) { return .some(turn) }
                if state.isClosed { return .some(nil) }
                state.waiters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Notes that a task has run what `next()` gave it.
    package func finished(_ lane: TurnScheduler<Turn>.Lane) {
        guard lane == .bulk else { return }
        state.withLock { $0.bulkTasks -= 1 }
        wakeOne()
    }

    /// Hands a turn to a task that waits, if there are both.
    private func wakeOne() {
        let woken = state.withLock { state -> (CheckedContinuation<Turn?, Never>, Turn)? in
            guard !state.waiters.isEmpty, let turn = state.next(bulkLimit: bulkLimit) else { return nil }
            return (state.waiters.removeFirst(), turn)
        }
        if let (waiter, turn) = woken { waiter.resume(returning: turn) }
    }

    /// The next batch of a lane, if one waits.
    package func next(of lane: TurnScheduler<Turn>.Lane) -> Turn? {
        state.withLock { $0.scheduler.next(of: lane) }
    }

    /// Ends the queue: what waits is still handed out.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: nil) }
    }
}
