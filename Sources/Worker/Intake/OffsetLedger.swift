// SPDX-License-Identifier: Apache-2.0

package import SignetKafka

/// What is in flight, so that only the contiguous prefix of finished work is stored as consumed.
///
/// A value: batches are opened in the order of their offsets and finished in any order; each finish answers the
/// offsets that may now be stored. A partition that was revoked is forgotten as soon as nothing of it is in flight.
package struct OffsetLedger {
    /// Names a batch in flight.
    package typealias Ticket = UInt64

    /// The offset after the last record of a finished prefix.
    package typealias Position = KafkaPosition

    private struct Entry {
        let ticket: Ticket
        let next: Int64
        let epoch: UInt64
        var isFinished = false
    }

    /// Since which epoch each partition is ours, as far as it was told.
    private var assigned: [KafkaTopicPartition: UInt64] = [:]
    /// Partitions of which a batch was abandoned, with its epoch: none younger counts either.
    private var blocked: [KafkaTopicPartition: UInt64] = [:]
    private var partitions: [KafkaTopicPartition: [Entry]] = [:]
    private var tickets: [Ticket: [KafkaTopicPartition]] = [:]
    private var lastTicket: Ticket = 0

    package init() {}

    /// Batches in flight.
    package var count: Int { tickets.count }

    /// Notes a batch as in flight.
    ///
    /// - Parameter positions: For each partition in the batch the offset after its last record.
    package mutating func open(_ positions: [KafkaTopicPartition: Int64], epoch: UInt64) -> Ticket {
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
    package mutating func finish(_ ticket: Ticket) -> [Position] {
        guard let members = tickets.removeValue(forKey: ticket) else { return [] }
        var grown: [Position] = []
        for partition in members {
            guard var entries = partitions[partition] else { continue }
            for index in entries.indices where entries[index].ticket == ticket { entries[index].isFinished = true }
            let prefix = entries.prefix { $0.isFinished }
            if let last = prefix.last {
                if blocked[partition].map({ last.epoch < $0 }) ?? true {
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
    package mutating func abandon(_ ticket: Ticket) {
        for partition in tickets[ticket] ?? [] {
            for entry in partitions[partition] ?? [] where entry.ticket == ticket {
                // What an assignment before the present one left behind is refused by its epoch.
                guard entry.epoch >= assigned[partition] ?? 0 else { continue }
                blocked[partition] = min(blocked[partition] ?? .max, entry.epoch)
            }
        }
        _ = finish(ticket)
    }

    /// Notes partitions as assigned anew: what was blocked of them is read again, so it counts again.
    ///
    /// Others keep what they have: an assignment may add partitions to those that stay.
    package mutating func begin(_ partitions: [KafkaTopicPartition], epoch: UInt64) {
        for partition in partitions {
            assigned[partition] = epoch
            blocked[partition] = nil
        }
    }

    /// Whether nothing of these partitions is in flight.
    package func isDrained(_ revoked: Set<KafkaTopicPartition>) -> Bool {
        revoked.allSatisfy { partitions[$0] == nil }
    }
}
