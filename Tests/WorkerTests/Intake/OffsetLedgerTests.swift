// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Testing
import Worker

@Suite struct OffsetLedgerTests {
    private let first = KafkaTopicPartition(topic: "jobs", partition: 0)
    private let second = KafkaTopicPartition(topic: "jobs", partition: 1)

    private func pairs(_ positions: [OffsetLedger.Position]) -> [KafkaTopicPartition: Int64] {
        Dictionary(uniqueKeysWithValues: positions.map { ($0.partition, $0.next) })
    }

    @Test func finishedBatchMayBeStored() {
        var ledger = OffsetLedger()
        let ticket = ledger.open([first: 10], epoch: 3)
        let grown = ledger.finish(ticket)
        #expect(grown.map(\.partition) == [first])
        #expect(grown.map(\.next) == [10])
        #expect(grown.map(\.epoch) == [3])
        #expect(ledger.count == 0)
    }

    @Test func batchBehindAnUnfinishedOneWaitsForIt() {
        var ledger = OffsetLedger()
        let early = ledger.open([first: 10], epoch: 1)
        let middle = ledger.open([first: 20], epoch: 1)
        let late = ledger.open([first: 30], epoch: 1)
        #expect(ledger.finish(late).isEmpty)
        #expect(ledger.finish(middle).isEmpty)
        #expect(pairs(ledger.finish(early)) == [first: 30])
    }

    @Test func prefixGrowsByWhatIsContiguous() {
        var ledger = OffsetLedger()
        let tickets = (1...4).map { ledger.open([first: Int64($0) * 10], epoch: 1) }
        #expect(pairs(ledger.finish(tickets[0])) == [first: 10])
        #expect(ledger.finish(tickets[2]).isEmpty)
        #expect(pairs(ledger.finish(tickets[1])) == [first: 30])
        #expect(pairs(ledger.finish(tickets[3])) == [first: 40])
    }

    @Test func partitionsOfOneBatchAdvanceEachByItself() {
        var ledger = OffsetLedger()
        let early = ledger.open([first: 10], epoch: 1)
        let both = ledger.open([first: 20, second: 5], epoch: 1)
        #expect(pairs(ledger.finish(both)) == [second: 5])
        #expect(pairs(ledger.finish(early)) == [first: 20])
    }

    @Test func batchIsFinishedOnce() {
        var ledger = OffsetLedger()
        let ticket = ledger.open([first: 10], epoch: 1)
        _ = ledger.finish(ticket)
        #expect(ledger.finish(ticket).isEmpty)
        ledger.abandon(ticket)
        #expect(pairs(ledger.finish(ledger.open([first: 20], epoch: 1))) == [first: 20])
    }

    @Test func abandonedBatchBlocksAllBehindIt() {
        var ledger = OffsetLedger()
        let lost = ledger.open([first: 10, second: 5], epoch: 1)
        let late = ledger.open([first: 20], epoch: 1)
        ledger.abandon(lost)
        #expect(ledger.finish(late).isEmpty)
        #expect(ledger.finish(ledger.open([second: 9], epoch: 1)).isEmpty)
        #expect(ledger.count == 0)
    }

    @Test func workBeforeAnAbandonedBatchStillCounts() {
        var ledger = OffsetLedger()
        let early = ledger.open([first: 10], epoch: 1)
        let lost = ledger.open([first: 20], epoch: 1)
        _ = ledger.open([second: 5], epoch: 1)
        #expect(pairs(ledger.finish(early)) == [first: 10])
        ledger.abandon(lost)
        #expect(ledger.finish(ledger.open([first: 30], epoch: 1)).isEmpty)
    }

    @Test func newAssignmentLiftsTheBlock() {
        var ledger = OffsetLedger()
        ledger.begin([first], epoch: 1)
        ledger.abandon(ledger.open([first: 10], epoch: 1))
        ledger.begin([first], epoch: 2)
        #expect(pairs(ledger.finish(ledger.open([first: 10], epoch: 2))) == [first: 10])
    }

    @Test func partitionsThatAreAddedLiftNoBlockOfOthers() {
        var ledger = OffsetLedger()
        ledger.begin([first], epoch: 1)
        ledger.abandon(ledger.open([first: 10], epoch: 1))
        // A cooperative assignment adds to what stays: the first partition is not read again.
        ledger.begin([second], epoch: 2)
        #expect(ledger.finish(ledger.open([first: 20], epoch: 2)).isEmpty)
        #expect(pairs(ledger.finish(ledger.open([second: 5], epoch: 2))) == [second: 5])
    }

    @Test func batchLeftFromAnEarlierAssignmentBlocksNothingOfThePresentOne() {
        var ledger = OffsetLedger()
        ledger.begin([first], epoch: 1)
        let left = ledger.open([first: 10], epoch: 1)
        ledger.begin([first], epoch: 2)
        ledger.abandon(left)
        #expect(pairs(ledger.finish(ledger.open([first: 10], epoch: 2))) == [first: 10])
    }

    @Test func partitionIsDrainedWhenNothingOfItIsInFlight() {
        var ledger = OffsetLedger()
        #expect(ledger.isDrained([first, second]))
        let one = ledger.open([first: 10], epoch: 1)
        let other = ledger.open([first: 20], epoch: 1)
        #expect(!ledger.isDrained([first]))
        #expect(ledger.isDrained([second]))
        _ = ledger.finish(other)
        #expect(!ledger.isDrained([first, second]))
        ledger.abandon(one)
        #expect(ledger.isDrained([first, second]))
    }
}
