// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Synchronization
import TestSupport
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct InFlightTests {
    private let first = KafkaTopicPartition(topic: "jobs", partition: 0)
    private let second = KafkaTopicPartition(topic: "jobs", partition: 1)

    @Test func drainOfIdlePartitionsEndsAtOnce() async throws {
        let inFlight = InFlight()
        let ticket = inFlight.open([first: 10], epoch: 1)
        try await withDeadline(for: "the drain") { [second] in await inFlight.drain([second]) }
        inFlight.finish(ticket) { _ in }
    }

    @Test func drainEndsWithTheLastBatchAfterItsOffsetIsStored() async throws {
        let inFlight = InFlight()
        let one = inFlight.open([first: 10], epoch: 1)
        let other = inFlight.open([first: 20, second: 5], epoch: 1)
        let stored = StoredOffsets()
        try await withDeadline(for: "the drain") { [first] in
            await withTaskGroup { group in
                group.addTask {
                    await inFlight.drain([first])
                    #expect(stored.all.contains(20), "drained before the offset was stored")
                }
                inFlight.finish(other) { stored.append($0.next) }
                #expect(stored.all == [5])
                inFlight.finish(one) { stored.append($0.next) }
                await group.waitForAll()
            }
        }
    }

    @Test func abandonedBatchEndsTheDrainButStoresNothing() async throws {
        let inFlight = InFlight()
        inFlight.begin([first], epoch: 1)
        let ticket = inFlight.open([first: 10], epoch: 1)
        try await withDeadline(for: "the drain") { [first] in
            await withTaskGroup { group in
                group.addTask { await inFlight.drain([first]) }
                inFlight.abandon(ticket)
                await group.waitForAll()
            }
        }
        inFlight.finish(inFlight.open([first: 20], epoch: 1)) { _ in Issue.record("stored beyond an abandoned batch") }
        inFlight.begin([first], epoch: 2)
        var stored: [Int64] = []
        inFlight.finish(inFlight.open([first: 20], epoch: 2)) { stored.append($0.next) }
        #expect(stored == [20])
    }

    @Test func offsetsOfBatchesThatEndTogetherAreStoredInOrder() async {
        let inFlight = InFlight()
        let tickets = (1...500).map { inFlight.open([first: Int64($0)], epoch: 1) }
        let stored = StoredOffsets()
        await withTaskGroup { group in
            for ticket in tickets.shuffled() {
                group.addTask { inFlight.finish(ticket) { stored.append($0.next) } }
            }
        }
        let order = stored.all
        #expect(order == order.sorted())
        #expect(order.last == 500)
    }
}

/// Offsets in the order in which they were stored, by any task.
private final class StoredOffsets: Sendable {
    private let offsets = Mutex<[Int64]>([])

    var all: [Int64] { offsets.withLock { $0 } }

    func append(_ offset: Int64) {
        offsets.withLock { $0.append(offset) }
    }
}
