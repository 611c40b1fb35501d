// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing
import Worker

@Suite struct EventLedgerTests {
    private let first = KafkaTopicPartition(topic: "jobs", partition: 0)
    private let second = KafkaTopicPartition(topic: "jobs", partition: 1)

    private func event(_ number: Int) -> EventRecord {
        EventRecord(value: [UInt8(truncatingIfNeeded: number)], headers: [])
    }

    private func values(_ shares: [EventLedger.Share]?) -> [UInt8] {
        (shares ?? []).flatMap { $0.events.flatMap(\.value) }
    }

    private func position(_ next: Int64, epoch: UInt64 = 1) -> KafkaPosition {
        KafkaPosition(partition: first, next: next, epoch: epoch)
    }

    @Test func eventsWaitUntilTheirOffsetsMayBeCommitted() {
        var ledger = EventLedger()
        _ = ledger.keep(2, positions: [first: 20], epoch: 1, events: [first: [event(2)]])
        let early = values(ledger.take())
        #expect(early.isEmpty)
        _ = ledger.keep(1, positions: [first: 10], epoch: 1, events: [first: [event(1)]])
        ledger.advance(to: position(20))
        let taken = ledger.take()
        #expect(values(taken) == [1, 2])
        #expect(taken?.map(\.position.next) == [20])
        let isDrained = ledger.isDrained([first])
        #expect(!isDrained)
        let over = ledger.committed()
        #expect(Set(over) == [1, 2])
        let isDrainedNow = ledger.isDrained([first])
        #expect(isDrainedNow)
    }

    @Test func batchIsOverWhenAllItsPartitionsAre() {
        var ledger = EventLedger()
        _ = ledger.keep(1, positions: [first: 10, second: 5], epoch: 1, events: [second: [event(1)]])
        ledger.advance(to: position(10))
        _ = ledger.take()
        #expect(ledger.committed().isEmpty)
        ledger.advance(to: KafkaPosition(partition: second, next: 5, epoch: 1))
        #expect(values(ledger.take()) == [1])
        #expect(ledger.committed() == [1])
    }

    @Test func whatWasAbortedComesAgainBeforeWhatIsNew() {
        var ledger = EventLedger()
        _ = ledger.keep(1, positions: [first: 10], epoch: 1, events: [first: [event(1)]])
        ledger.advance(to: position(10))
        _ = ledger.take()
        _ = ledger.keep(2, positions: [first: 20], epoch: 1, events: [first: [event(2)]])
        ledger.advance(to: position(20))
        #expect(ledger.aborted { _ in false }.isEmpty)
        let again = ledger.take()
        #expect(values(again) == [1, 2])
        #expect(again?.first?.position.next == 20)
        #expect(Set(ledger.committed()) == [1, 2])
    }

    @Test func whatIsKnownToBeCommittedDoesNotComeAgain() {
        var ledger = EventLedger()
        _ = ledger.keep(
            1,
            positions: [first: 10, second: 5],
            epoch: 1,
            events: [first: [event(1)], second: [event(2)]]
        )
        ledger.advance(to: position(10))
        ledger.advance(to: KafkaPosition(partition: second, next: 5, epoch: 1))
        _ = ledger.take()
        let committed = first
        #expect(ledger.aborted { $0.partition == committed }.isEmpty)
        #expect(values(ledger.take()) == [2])
        #expect(ledger.committed() == [1])
    }

    @Test func whatIsReadAgainUnderANewAssignmentIsForgotten() {
        var ledger = EventLedger()
        _ = ledger.begin([first], epoch: 1)
        _ = ledger.keep(1, positions: [first: 10], epoch: 1, events: [first: [event(1)]])
        _ = ledger.keep(2, positions: [first: 30], epoch: 1, events: [first: [event(2)]])
        ledger.advance(to: position(10))
        #expect(Set(ledger.begin([first], epoch: 2)) == [1, 2])
        let isEmpty = ledger.isEmpty
        #expect(isEmpty)
        // One that was at work when the partition went.
        #expect(ledger.keep(3, positions: [first: 40], epoch: 1, events: [first: [event(3)]]) == [3])
        _ = ledger.keep(4, positions: [first: 10], epoch: 2, events: [first: [event(4)]])
        ledger.advance(to: position(10, epoch: 2))
        #expect(values(ledger.take()) == [4])
    }

    @Test func abandonedPartitionGivesItsBatchesBack() {
        var ledger = EventLedger()
        _ = ledger.keep(1, positions: [first: 20], epoch: 1, events: [:])
        #expect(ledger.forgetWaiting(of: [first, second]) == [1])
        _ = ledger.keep(2, positions: [second: 20], epoch: 1, events: [:])
        #expect(ledger.forgetAll() == [2])
        #expect(ledger.forgetAll().isEmpty)
    }

    /// Batches finish in any order, transactions are aborted at random: each event is committed once, with its offset.
    @Test(arguments: 0..<20) func eachEventIsCommittedOnceWithItsOffset(_ seed: UInt64) {
        var generator = SeededGenerator.printed("events \(seed)")
        var offsets = OffsetLedger()
        var ledger = EventLedger()
        var inFlight: [(ticket: OffsetLedger.Ticket, positions: [KafkaTopicPartition: Int64])] = []
        var next: [KafkaTopicPartition: Int64] = [first: 0, second: 0]
        var committed: [KafkaTopicPartition: Int64] = [first: 0, second: 0]
        var seen: [KafkaTopicPartition: [UInt8]] = [:]
        var over: [OffsetLedger.Ticket] = []
        var opened: [OffsetLedger.Ticket] = []
        for round in 0..<400 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0 where round < 300:
                // One record of each of some partitions.
                var positions: [KafkaTopicPartition: Int64] = [:]
                for partition in [first, second] where Bool.random(using: &generator) {
                    next[partition, default: 0] += 1
                    positions[partition] = next[partition]
                }
                let ticket = offsets.open(positions, epoch: 1)
                if positions.isEmpty {
                    _ = offsets.finish(ticket)
                } else {
                    inFlight.append((ticket, positions))
                    opened.append(ticket)
                }
            case 1:
                guard let index = inFlight.indices.randomElement(using: &generator) else { continue }
                let (ticket, positions) = inFlight.remove(at: index)
                over += ledger.keep(
                    ticket,
                    positions: positions,
                    epoch: 1,
                    events: positions.mapValues { [event(Int($0))] }
                )
                for position in offsets.finish(ticket) { ledger.advance(to: position) }
            default:
                guard let shares = ledger.take() else { continue }
                if Bool.random(using: &generator), round < 390 {
                    over += ledger.aborted { _ in false }
                    continue
                }
                for share in shares {
                    let partition = share.position.partition
                    seen[partition, default: []] += share.events.flatMap(\.value)
                    #expect(share.position.next - (committed[partition] ?? 0) == Int64(share.events.count))
                    committed[partition] = share.position.next
                }
                over += ledger.committed()
            }
        }
        for (ticket, positions) in inFlight {
            over += ledger.keep(
                ticket,
                positions: positions,
                epoch: 1,
                events: positions.mapValues { [event(Int($0))] }
            )
            for position in offsets.finish(ticket) { ledger.advance(to: position) }
        }
        for share in ledger.take() ?? [] {
            seen[share.position.partition, default: []] += share.events.flatMap(\.value)
        }
        over += ledger.committed()
        for partition in [first, second] {
            let last = next[partition] ?? 0
            let expected = last == 0 ? [] : (1...last).map { UInt8(truncatingIfNeeded: $0) }
            #expect(seen[partition] ?? [] == expected)
        }
        #expect(over.sorted() == opened)
    }
}
