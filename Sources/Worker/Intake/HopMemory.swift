// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Which hops of jobs were run here, so that one that comes twice is done once.
///
/// A hop comes twice where its worker died between putting the job back and storing the offset, and where the job was
/// written twice. Both then lie on one partition, and so come to one worker: there the second one ends. Bounded: the oldest
/// jobs are forgotten, which costs a second row of looks at worst.
package final class HopMemory: Sendable {
    package struct Hop: Sendable, Hashable {
        package let jobID: String
        /// From 0.
        package let number: UInt32

        package init(jobID: String, number: UInt32) {
            self.jobID = jobID
            self.number = number
        }
    }

    /// How far a hop has come here before.
    package enum Past {
        case unknown, begun, done
    }

    private struct State {
        /// The latest hops, and whether they are done.
        var latest: [String: (number: UInt32, isDone: Bool)] = [:]
        /// Jobs in the order in which they came.
        var order: [String] = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    package init(capacity: Int = 10_000) {
        self.capacity = max(1, capacity)
    }

    /// Notes that a hop begins.
    ///
    /// - Returns: How far it had come before.
    package func begin(_ hop: Hop) -> Past {
        state.withLock { state in
            if let known = state.latest[hop.jobID] {
                if hop.number < known.number { return .done }
                if hop.number == known.number { return known.isDone ? .done : .begun }
            } else {
                state.order.append(hop.jobID)
            }
            state.latest[hop.jobID] = (hop.number, false)
            if state.order.count >= 2 * capacity {
                for job in state.order.prefix(capacity) { state.latest[job] = nil }
                state.order.removeFirst(capacity)
            }
            return .unknown
        }
    }

    /// Notes that a hop is done: its successor is on Kafka.
    package func end(_ hop: Hop) {
        state.withLock { state in
            guard state.latest[hop.jobID]?.number == hop.number else { return }
            state.latest[hop.jobID]?.isDone = true
        }
    }
}
