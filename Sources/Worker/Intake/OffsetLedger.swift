// SPDX-License-Identifier: Apache-2.0

internal import SignetKafka

/// What is in flight, so that only the contiguous prefix of finished work is stored as consumed.
///
/// A value: batches are opened in the order of their offsets and finished in any order; each finish answers the
/// offsets that may now be stored. A partition that was revoked is forgotten as soon as nothing of it is in flight.
struct OffsetLedger {
    /// Names a batch in flight.
    typealias Ticket = UInt64

    /// The offset after the last record of a finished prefix.
    struct Position: Hashable {
        let partition: KafkaTopicPartition
        let next: Int64
        let epoch: UInt64
    }

    private struct Entry {
        let ticket: Ticket
        let next: Int64
        let epoch: UInt64
        var isFinished = false
    }

    private struct Assignment: Hashable {
        let partition: KafkaTopicPartition
        let epoch: UInt64
    }

    private var blocked: Set<Assignment> = []
    private var partitions: [KafkaTopicPartition: [Entry]] = [:]
    private var tickets: [Ticket: [KafkaTopicPartition]] = [:]
    private var lastTicket: Ticket = 0

    /// Batches in flight.
    var count: Int { tickets.count }

    /// Notes a batch as in flight.
    ///
    /// - Parameter positions: For each partition in the batch the offset after its last record.
    mutating func open(_ positions: [KafkaTopicPartition: Int64], epoch: UInt64) -> Ticket {
        lastTicket += 1
        tickets[lastTicket] = Array(positions.keys)
        for (partition, next) in positions {
            partitions[partition, default: []].append(Entry(ticket: lastTicket, next: next, epoch: epoch))
        }
        return lastTicket
    }

    /// Notes a batch as done.
    ///
    /// - Returns: How far each partition's finished prefix now reaches, where it grew.
    mutating func finish(_ ticket: Ticket) -> [Position] {
        guard let members = tickets.removeValue(forKey: ticket) else { return [] }
        var grown: [Position] = []
        for partition in members {
            guard var entries = partitions[partition] else { continue }
            for index in entries.indices where entries[index].ticket == ticket { entries[index].isFinished = true }
            let prefix = entries.prefix { $0.isFinished }
            if let last = prefix.last {
                if !blocked.contains(Assignment(partition: partition, epoch: last.epoch)) {
                    grown.append(Position(partition: partition, next: last.next, epoch: last.epoch))
                }
                entries.removeFirst(prefix.count)
            }
            partitions[partition] = entries.isEmpty ? nil : entries
        }
        return grown
    }

    /// Notes a batch whose results could not be delivered: from here on nothing of its partitions counts as consumed
    /// until they are assigned anew, so that all of it is read again.
    mutating func abandon(_ ticket: Ticket) {
        for partition in tickets[ticket] ?? [] {
            for entry in partitions[partition] ?? [] where entry.ticket == ticket {
                blocked.insert(Assignment(partition: partition, epoch: entry.epoch))
            }
        }
        _ = finish(ticket)
    }

    /// Forgets what was blocked under assignments before `epoch`.
    mutating func begin(epoch: UInt64) {
        blocked = blocked.filter { $0.epoch >= epoch }
    }

    /// Whether nothing of these partitions is in flight.
    func isDrained(_ revoked: Set<KafkaTopicPartition>) -> Bool {
        revoked.allSatisfy { partitions[$0] == nil }
    }
}
