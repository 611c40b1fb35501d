// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Waits until every lane's consumer has been told its partitions for the first time.
package final class Joining: Sendable {
    private struct State {
        var missing: Set<Int>
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let state: Mutex<State>

    package init(lanes: Int) {
        state = Mutex(State(missing: Set(0..<lanes)))
    }

    /// Whether all have been told.
    package var isComplete: Bool { state.withLock { $0.missing.isEmpty } }

    package func join(lane: Int) {
        let waiters = state.withLock { state in
            state.missing.remove(lane)
            guard state.missing.isEmpty else { return [CheckedContinuation<Void, any Error>]() }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// - Throws: `CancellationError`.
    package func value() async throws {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.missing.isEmpty { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }
}
