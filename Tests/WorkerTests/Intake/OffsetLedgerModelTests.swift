// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing
import Worker

/// The ledger against a naive model that keeps every record by itself.
@Suite struct OffsetLedgerModelTests {
    /// All records of all partitions, each with its own state: slow, and plainly right.
    private struct NaiveModel {
        var isDone: [KafkaTopicPartition: [Bool]] = [:]
        /// Offsets before which all is done, from `begin` on.
        func reach(of partition: KafkaTopicPartition) -> Int64 {
            Int64((isDone[partition] ?? []).prefix { $0 }.count)
        }
    }

    private struct Batch {
        let ticket: OffsetLedger.Ticket
        let ranges: [KafkaTopicPartition: Range<Int>]
    }

    @Test func neverStoresBeyondUnfinishedWorkAndStoresAllInTheEnd() {
        var random = SeededGenerator.printed("ledger model")
        for _ in 0..<400 {
            var ledger = OffsetLedger()
            var model = NaiveModel()
            var stored: [KafkaTopicPartition: Int64] = [:]
            var open: [Batch] = []
            let partitions = (0..<Int32.random(in: 1...4, using: &random))
                .map { KafkaTopicPartition(topic: "jobs", partition: $0) }
            ledger.begin(partitions, epoch: 1)

            func finish(_ index: Int) {
                let batch = open.remove(at: index)
                for (partition, range) in batch.ranges {
                    for offset in range { model.isDone[partition]?[offset] = true }
                }
                for position in ledger.finish(batch.ticket) {
                    #expect(position.next <= model.reach(of: position.partition), "seed \(random.seed)")
                    #expect(position.next > stored[position.partition] ?? 0, "only growth is told, seed \(random.seed)")
                    stored[position.partition] = position.next
                }
                // As far as whole batches go, nothing that may be stored is held back either.
                for partition in partitions {
                    #expect(stored[partition] ?? 0 == model.reach(of: partition), "seed \(random.seed)")
                }
                let inFlight = Set(open.flatMap(\.ranges.keys))
                for partition in partitions {
                    #expect(ledger.isDrained([partition]) == !inFlight.contains(partition), "seed \(random.seed)")
                }
            }

            for _ in 0..<Int.random(in: 1...60, using: &random) {
                if !open.isEmpty, Bool.random(using: &random) {
                    finish(Int.random(in: open.indices, using: &random))
                } else {
                    var ranges: [KafkaTopicPartition: Range<Int>] = [:]
                    for partition in partitions.shuffled(using: &random).prefix(.random(in: 1...4, using: &random)) {
                        let start = model.isDone[partition]?.count ?? 0
                        let count = Int.random(in: 1...5, using: &random)
                        model.isDone[partition, default: []] += repeatElement(false, count: count)
                        ranges[partition] = start..<start + count
                    }
                    let ticket = ledger.open(ranges.mapValues { Int64($0.upperBound) }, epoch: 1)
                    open.append(Batch(ticket: ticket, ranges: ranges))
                }
                #expect(ledger.count == open.count)
            }
            while !open.isEmpty { finish(Int.random(in: open.indices, using: &random)) }
            for partition in partitions {
                #expect(stored[partition] ?? 0 == Int64(model.isDone[partition]?.count ?? 0), "seed \(random.seed)")
            }
            #expect(ledger.isDrained(Set(partitions)))
        }
    }

    /// With batches that are given up now and then: what is stored never covers one of them until it was read again.
    @Test func neverStoresBeyondAbandonedWork() {
        var random = SeededGenerator.printed("ledger model with abandoned batches")
        let partition = KafkaTopicPartition(topic: "jobs", partition: 0)
        for _ in 0..<400 {
            var ledger = OffsetLedger()
            var epoch: UInt64 = 1
            ledger.begin([partition], epoch: epoch)
            var stored: Int64 = 0
            var next: Int64 = 0
            var done: Set<Int64> = []
            var open: [(ticket: OffsetLedger.Ticket, offset: Int64, epoch: UInt64)] = []
            for _ in 0..<80 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5:
                    open.append((ledger.open([partition: next + 1], epoch: epoch), next, epoch))
                    next += 1
                case 5..<8 where !open.isEmpty:
                    let batch = open.remove(at: .random(in: open.indices, using: &random))
                    done.insert(batch.offset)
                    for position in ledger.finish(batch.ticket) where position.epoch == epoch {
                        let isCovered = (0..<position.next).allSatisfy { done.contains($0) }
                        #expect(isCovered, "stored \(position.next), seed \(random.seed)")
                        stored = max(stored, position.next)
                    }
                case 8 where !open.isEmpty:
                    let batch = open.remove(at: .random(in: open.indices, using: &random))
                    ledger.abandon(batch.ticket)
                case 9:
                    // Assigned anew: reading begins again at what was stored.
                    epoch += 1
                    ledger.begin([partition], epoch: epoch)
                    next = stored
                default: break
                }
            }
        }
    }
}
