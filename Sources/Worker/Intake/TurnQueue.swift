// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Batches that wait for a worker task, handed out in weighted turn.
///
/// Bounded by the consumers, which hand out no further batch while theirs are held.
package final class TurnQueue<Turn: Sendable>: Sendable {
    private struct State: ~Copyable {
        var scheduler: TurnScheduler<Turn>
        var waiters: [CheckedContinuation<Turn?, Never>] = []
        var isClosed = false
    }

    private let state: Mutex<State>

    package init(weight: Int) {
        state = Mutex(State(scheduler: TurnScheduler(weight: weight)))
    }

    package func add(_ turn: Turn, to lane: TurnScheduler<Turn>.Lane) {
        let waiter: CheckedContinuation<Turn?, Never>? = state.withLock { state in
            if state.waiters.isEmpty {
                state.scheduler.add(turn, to: lane)
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.resume(returning: turn)
    }

    /// The next batch; `nil` once the queue is closed and empty.
    package func next() async -> Turn? {
        await withCheckedContinuation { continuation in
            let answer: Turn?? = state.withLock { state in
                if let turn = state.scheduler.next() { return .some(turn) }
                if state.isClosed { return .some(nil) }
                state.waiters.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
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
