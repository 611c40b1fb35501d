// SPDX-License-Identifier: Apache-2.0

package import SignetKafka

/// Events that wait until the offsets of their records go with them into one transaction.
///
/// A value without I/O. Batches are kept when their other results are delivered, in any order; the offset ledger says how
/// far each partition has come; what it passed is taken for a transaction, one at a time. Whatever comes to an end, by a
/// commit or because its partition has gone to another worker, is answered with the tickets of the batches that are over.
package struct EventLedger: ~Copyable {
    package typealias Ticket = OffsetLedger.Ticket

    /// What one transaction holds of a partition.
    package struct Share: Sendable {
        package fileprivate(set) var position: KafkaPosition
        package fileprivate(set) var events: [EventRecord]
        fileprivate var tickets: [Ticket]
    }

    /// What a batch has of one partition.
    private struct Part {
        let ticket: Ticket
        let next: Int64
        let epoch: UInt64
        let events: [EventRecord]
    }

    /// Since which epoch each partition is ours.
    private var assigned: [KafkaTopicPartition: UInt64] = [:]
    /// Not passed by the offset ledger yet.
    private var waiting: [KafkaTopicPartition: [Part]] = [:]
    private var ready: [KafkaTopicPartition: Share] = [:]
    private var committing: [KafkaTopicPartition: Share] = [:]
    /// How many partitions of a batch have not come to an end.
    private var open: [Ticket: Int] = [:]

    package init() {}

    /// Whether nothing waits for a transaction.
    package var isEmpty: Bool { ready.isEmpty }

    /// What a transaction was begun with that has not ended.
    package var inTransaction: [KafkaTopicPartition] { Array(committing.keys) }

    /// Notes partitions as assigned anew: what is kept of them from before is done again by whoever reads them.
    ///
    /// - Returns: Batches that are over by that.
    package mutating func begin(_ partitions: [KafkaTopicPartition], epoch: UInt64) -> [Ticket] {
        var over: [Ticket] = []
        for partition in partitions {
            assigned[partition] = epoch
            let old = (waiting[partition] ?? []).filter { $0.epoch < epoch }
            waiting[partition]?.removeAll { $0.epoch < epoch }
            over += end(old.map(\.ticket))
            if let share = ready[partition], share.position.epoch < epoch {
                ready[partition] = nil
                over += end(share.tickets)
            }
        }
        return over
    }

    /// Keeps the events of a batch.
    ///
    /// - Parameter positions: For each partition in the batch the offset after its last record.
    /// - Returns: The batch, if all its partitions have gone.
    package mutating func keep(
        _ ticket: Ticket,
        positions: [KafkaTopicPartition: Int64],
        epoch: UInt64,
        events: [KafkaTopicPartition: [EventRecord]]
    ) -> [Ticket] {
        open[ticket] = positions.count
        var over: [Ticket] = []
        for (partition, next) in positions {
            guard epoch >= assigned[partition] ?? 0 else {
                over += end([ticket])
                continue
            }
            waiting[partition, default: []].append(
                Part(ticket: ticket, next: next, epoch: epoch, events: events[partition] ?? [])
            )
        }
        return over
    }

    /// Makes everything of a partition up to a position ready for a transaction.
    package mutating func advance(to position: KafkaPosition) {
        let parts = waiting[position.partition] ?? []
        let passed = parts.filter { $0.next <= position.next }.sorted { $0.next < $1.next }
        waiting[position.partition] = parts.filter { $0.next > position.next }
        var share =
            ready[position.partition] ?? Share(position: position, events: [], tickets: [])
        share.position = position
        for part in passed {
            share.events += part.events
            share.tickets.append(part.ticket)
        }
        ready[position.partition] = share
    }

    /// What the next transaction holds; `nil`: nothing is ready. Ends with `committed` or `aborted`.
    package mutating func take() -> [Share]? {
        precondition(committing.isEmpty, "one transaction at a time")
        if ready.isEmpty { return nil }
        committing = ready
        ready = [:]
        return committing.values.sorted { $0.position.partition < $1.position.partition }
    }

    /// Notes that the transaction was committed.
    ///
    /// - Returns: Batches that are over by that.
    package mutating func committed() -> [Ticket] {
        defer { committing = [:] }
        return end(committing.values.flatMap(\.tickets))
    }

    /// Notes that the transaction was aborted, or that a part of it is known to be committed all the same.
    ///
    /// - Parameter isOver: Whether a part need not come again: it is committed, or its partition has gone.
    /// - Returns: Batches that are over by that.
    package mutating func aborted(_ isOver: (KafkaPosition) -> Bool) -> [Ticket] {
        var over: [Ticket] = []
        for (partition, share) in committing {
            let isStale = share.position.epoch < assigned[partition] ?? 0
            guard !isStale, !isOver(share.position) else {
                over += end(share.tickets)
                continue
            }
            guard let later = ready[partition] else {
                ready[partition] = share
                continue
            }
            ready[partition] = Share(
                position: later.position,
                events: share.events + later.events,
                tickets: share.tickets + later.tickets
            )
        }
        committing = [:]
        return over
    }

    /// Forgets what the offset ledger will not pass any more: a batch before it failed, and all is read again.
    ///
    /// - Returns: Batches that are over by that.
    package mutating func forgetWaiting(of partitions: Set<KafkaTopicPartition>) -> [Ticket] {
        var over: [Ticket] = []
        for partition in partitions {
            over += end((waiting.removeValue(forKey: partition) ?? []).map(\.ticket))
        }
        return over
    }

    /// Forgets everything.
    ///
    /// - Returns: All batches that were not over.
    package mutating func forgetAll() -> [Ticket] {
        defer { (waiting, ready, committing, open) = ([:], [:], [:], [:]) }
        return Array(open.keys)
    }

    /// Whether nothing of these partitions waits for a transaction, or is in one.
    package func isDrained(_ partitions: Set<KafkaTopicPartition>) -> Bool {
        partitions.allSatisfy { ready[$0] == nil && committing[$0] == nil }
    }

    private mutating func end(_ tickets: [Ticket]) -> [Ticket] {
        tickets.filter { ticket in
            guard let left = open[ticket] else { return false }
            open[ticket] = left > 1 ? left - 1 : nil
            return left <= 1
        }
    }
}
