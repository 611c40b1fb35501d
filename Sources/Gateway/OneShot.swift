// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A value that becomes known once, and that any number of tasks wait for.
final class OneShot<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Value, GatewayError>, Never>

    private struct State {
        var result: Result<Value, GatewayError>?
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    /// Gives the value; only the first one counts.
    func resolve(_ result: Result<Value, GatewayError>) {
        let waiters = state.withLock { state -> [Waiter] in
            guard state.result == nil else { return [] }
            state.result = result
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: result) }
    }

    /// The value if it is known.
    var current: Result<Value, GatewayError>? { state.withLock { $0.result } }

    /// Waits for the value, whatever becomes of the task that waits: whoever owns the value resolves it in the end.
    func value() async throws(GatewayError) -> Value {
        let result = await withCheckedContinuation { continuation in
            let known: Result<Value, GatewayError>? = state.withLock { state in
                if state.result == nil { state.waiters.append(continuation) }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
        return try result.get()
    }
}
