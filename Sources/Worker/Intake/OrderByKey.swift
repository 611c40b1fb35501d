// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Lets what has one key run one after the other, in the order in which it came; what has another runs beside it.
package final class OrderByKey: Sendable {
    /// A place in the row of a key.
    package struct Place: Sendable, Hashable {
        fileprivate let key: [UInt8]
        fileprivate let number: UInt64
    }

    private struct Row {
        /// Numbers of those who have a place, in order; the first has its turn.
        var numbers: [UInt64] = []
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private struct State {
        var rows: [[UInt8]: Row] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes the next place; who has one leaves it in the end.
    package func take(_ key: [UInt8]) -> Place {
        state.withLock { state in
            state.last += 1
            state.rows[key, default: Row()].numbers.append(state.last)
            return Place(key: key, number: state.last)
        }
    }

    /// Waits until all who came before have left.
    package func turn(_ place: Place) async {
        await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                guard let first = state.rows[place.key]?.numbers.first, first != place.number else { return true }
                state.rows[place.key]?.waiters[place.number] = continuation
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    package func leave(_ place: Place) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.rows[place.key]?.numbers.removeAll { $0 == place.number }
            guard let first = state.rows[place.key]?.numbers.first else {
                state.rows[place.key] = nil
                return nil
            }
            return state.rows[place.key]?.waiters.removeValue(forKey: first)
        }
        next?.resume()
    }
}
