// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Which hops of jobs were done here, so that one that comes twice is done once.
///
/// A hop comes twice where its worker died between putting the job back and storing the offset. Both successors then lie on
/// one partition, and so come to one worker: there the second one ends. Bounded: the oldest jobs are forgotten, which costs
/// a second row of looks at worst.
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

    private struct State {
        var done: [String: UInt32] = [:]
        /// Jobs in the order in which they came.
        var order: [String] = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    package init(capacity: Int = 10_000) {
        self.capacity = max(1, capacity)
    }

    package func isDone(_ hop: Hop) -> Bool {
        state.withLock { $0.done[hop.jobID].map { $0 >= hop.number } ?? false }
    }

    /// Notes that a hop is done: its successor is on Kafka.
    package func note(_ hop: Hop) {
        state.withLock { state in
            if let known = state.done[hop.jobID] {
                state.done[hop.jobID] = max(known, hop.number)
                return
            }
            state.done[hop.jobID] = hop.number
            state.order.append(hop.jobID)
            guard state.order.count >= 2 * capacity else { return }
            for job in state.order.prefix(capacity) { state.done[job] = nil }
            state.order.removeFirst(capacity)
        }
    }
}
