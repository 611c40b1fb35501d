// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A value that becomes known once, and that any number of tasks wait for.
final class OneShot<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Value, GatewayError>, Never>

    private struct State {
        var result: Result<Value, GatewayError>?
        var waiters: [UInt64: Waiter] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Gives the value; only the first one counts.
    func resolve(_ result: Result<Value, GatewayError>) {
        let waiters = state.withLock { state -> [Waiter] in
            guard state.result == nil else { return [] }
            state.result = result
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: result) }
    }

    /// The value if it is known.
    var current: Result<Value, GatewayError>? { state.withLock { $0.result } }

    /// Waits for the value.
    ///
    /// - Throws: What it was resolved with, or `cancelled`.
    func value() async throws(GatewayError) -> Value {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        let cancelled = GatewayError(.cancelled, message: "nobody waits any more")
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Result<Value, GatewayError>? = state.withLock { state in
                    if let result = state.result { return result }
                    if Task.isCancelled { return .failure(cancelled) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .failure(cancelled))
        }
        return try result.get()
    }
}
