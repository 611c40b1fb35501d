// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Ends the waits of one consumer's batches when its partitions go away: who gets them next begins anew.
package final class Interruption: Sendable {
    private struct State {
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var last: UInt64 = 0
        /// Interruptions so far.
        var count = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Interruptions so far.
    package var count: Int { state.withLock { $0.count } }

    /// Waits for some time.
    ///
    /// - Parameter count: Interruptions that had happened when what waits began; `nil`: all that have happened by now.
    /// - Returns: `false` if it was interrupted since then, or cancelled.
    package func sleep(for duration: Duration, since count: Int? = nil) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(for: duration)
                    return true
                } catch {
                    return false
                }
            }
            group.addTask {
                await self.interrupted(since: count)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Ends all waits of now.
    package func interrupt() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends all waits, also those to come.
    package func close() {
        state.withLock { $0.isClosed = true }
        interrupt()
    }

    private func interrupted(since count: Int?) async {
        let id = state.withLock { state in
            state.last += 1
            return state.last
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.isClosed || state.count != count ?? state.count { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
