// SPDX-License-Identifier: Apache-2.0

package import SignetKafka
internal import Synchronization

/// The offset ledger of one consumer, shared by the tasks that work on its batches.
package final class InFlight: Sendable {
    private struct State: ~Copyable {
        var ledger = OffsetLedger()
        var openedAt: [OffsetLedger.Ticket: ContinuousClock.Instant] = [:]
        var drains = Drains()

        /// Takes out those who wait for partitions of which nothing is in flight any more.
        mutating func drained() -> [CheckedContinuation<Void, Never>] {
            let ledger = ledger
            return drains.released { ledger.isDrained($0) }
        }
    }

    private let state = Mutex(State())

    package init() {}

    package func begin(_ partitions: [KafkaTopicPartition], epoch: UInt64) {
        state.withLock { $0.ledger.begin(partitions, epoch: epoch) }
    }

    /// - Parameter positions: For each partition in the batch the offset after its last record.
    package func open(_ positions: [KafkaTopicPartition: Int64], epoch: UInt64) -> OffsetLedger.Ticket {
        state.withLock { state in
            let ticket = state.ledger.open(positions, epoch: epoch)
            state.openedAt[ticket] = .now
            return ticket
        }
    }

    /// - Parameter ranges: What the batch holds.
    func open(_ ranges: RecordRanges, epoch: UInt64) -> OffsetLedger.Ticket {
        open(ranges.mapValues { $0.upperBound + 1 }, epoch: epoch)
    }

    /// How long the oldest batch is in flight; `nil`: none is.
    package var oldestAge: Duration? {
        state.withLock { state in state.openedAt.values.min().map { ContinuousClock.now - $0 } }
    }

    /// Ends a batch and stores how far its partitions have come.
    ///
    /// Storing happens under the lock, so that of two batches that end together the later offset is stored last.
    package func finish(_ ticket: OffsetLedger.Ticket, store: (OffsetLedger.Position) -> Void) {
        let done = state.withLock { state in
            state.openedAt[ticket] = nil
            for position in state.ledger.finish(ticket) { store(position) }
            return state.drained()
        }
        for continuation in done { continuation.resume() }
    }

    package func abandon(_ ticket: OffsetLedger.Ticket) {
        let done = state.withLock { state in
            state.openedAt[ticket] = nil
            state.ledger.abandon(ticket)
            return state.drained()
        }
        for continuation in done { continuation.resume() }
    }

    /// Waits until nothing of these partitions is in flight.
    package func drain(_ partitions: Set<KafkaTopicPartition>) async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.ledger.isDrained(partitions) { return true }
                state.drains.add(continuation, of: partitions)
                return false
            }
            if isDrained { continuation.resume() }
        }
    }
}
