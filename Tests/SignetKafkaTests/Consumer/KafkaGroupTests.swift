// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Synchronization
import TestSupport
import Testing

/// Members of a group: what they store, share, give back and lose.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct KafkaGroupTests {
    private static func texts(_ range: Range<Int>) -> [String] { range.map { "r\($0)" } }

    @Test(arguments: TestCluster.available)
    func storedOffsetsSurviveARestartAndTheRestIsDeliveredAgain(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 1))
        let producer = try broker.producer()
        let partition = broker.partition("t", 0)
        try await running(producer) {
            try await producer.write(Self.texts(0..<10), to: partition)
            let first = try broker.consumer(group: "g")
            try await running(first) {
                try await first.subscribe(to: [broker.topic("t")])
                var reader = EventReader(first)
                let seen = try await reader.take(10)
                // Ten were read, but only six are done.
                try first.storeOffset(6, of: partition, epoch: seen[0].epoch)
                first.stop()
                await reader.drain()
            }
            let second = try broker.consumer(group: "g")
            try await running(second) {
                try await second.subscribe(to: [broker.topic("t")])
                var reader = EventReader(second)
                #expect(try await reader.take(4).map(\.offset) == [6, 7, 8, 9])
                second.stop()
                await reader.drain()
            }
        }
    }

    @Test func commitIsAnsweredWithItsError() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer(group: "g")
        try await running(consumer) {
            try await consumer.subscribe(to: [broker.topic("t")])
            var reader = EventReader(consumer)
            let epoch = try await reader.assignment().epoch
            // Nothing stored: nothing to commit, which is no error.
            try await consumer.commit()
            try consumer.storeOffset(0, of: broker.partition("t", 0), epoch: epoch)
            try broker.embedded?.failNext(Request.offsetCommit, with: [.groupAuthorizationFailed])
            let error = await #expect(throws: KafkaError.self) { try await consumer.commit() }
            #expect(error?.code == .groupAuthorizationFailed)
            #expect(error?.isRetriable == false)
            consumer.stop()
            await reader.drain()
        }
    }

    @Test(arguments: TestCluster.available)
    func twoMembersShareAndARevocationWaitsForItsCompletion(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 4))
        let producer = try broker.producer()
        // The embedded broker waits for a member to come back for a second less than its session: on a busy machine more
        // than the 5 s of the default.
        let session = ["session.timeout.ms": "12000"]
        let first = try broker.consumer(group: "g", session)
        let second = try broker.consumer(group: "g", session)
        let all = (0..<4).map { broker.partition("t", $0) }
        try await running(producer, first, second) {
            for partition in all { try await producer.write(["old"], to: partition) }
            try await first.subscribe(to: [broker.topic("t")])
            var reader = EventReader(first)
            let whole = try await reader.assignment()
            #expect(whole.partitions == all)
            #expect(try await reader.take(4).compactMap(\.text) == ["old", "old", "old", "old"])

            // Kafka takes commits while a group rebalances, the embedded broker does not: it gets them before.
            if cluster == .embedded {
                for partition in all { try first.storeOffset(1, of: partition, epoch: whole.epoch) }
                try await first.commit()
            }

            // The second member is told its share only when the first has let go.
            let letGo = Atomic<Bool>(false)
            async let share = {
                try await second.subscribe(to: [broker.topic("t")])
                var reader = EventReader(second)
                var share = try await reader.assignment()
                // The embedded broker waits a fixed time for the first to come back: should that be over, the second has
                // all until it comes.
                if share.partitions == all { share = try await reader.assignment() }
                let wasLetGo = letGo.load(ordering: .sequentiallyConsistent)
                #expect(wasLetGo)
                return (share, reader)
            }()
            let revocation = try await reader.revocation()
            #expect(!revocation.isLost)
            #expect(revocation.partitions.sorted() == all)
            #expect(revocation.epoch == whole.epoch)
            // Work goes on meanwhile: the thread serves commands, and offsets are still taken.
            for _ in 0..<20 { try await first.pause([]) }
            for partition in all { try first.storeOffset(1, of: partition, epoch: whole.epoch) }
            letGo.store(true, ordering: .sequentiallyConsistent)
            revocation.complete()

            let kept = try await reader.assignment()
            let (given, secondsReader) = try await share
            #expect(kept.partitions.count == 2)
            #expect(given.partitions.count == 2)
            #expect((kept.partitions + given.partitions).sorted() == all)
            #expect(kept.epoch > whole.epoch)
            // What began under the old assignment no longer counts, not even for what was kept.
            for partition in all {
                let error = #expect(throws: KafkaError.self) {
                    try first.storeOffset(1, of: partition, epoch: whole.epoch)
                }
                #expect(error?.code == .state)
            }
            // Committed before letting go: nobody reads the old ones again, and both are awake.
            for partition in all { try await producer.write(["new"], to: partition) }
            var other = secondsReader
            let firsts = try await reader.take(2)
            let seconds = try await other.take(2)
            #expect((firsts + seconds).compactMap(\.text) == ["new", "new", "new", "new"])
            #expect(firsts.map(\.partition).sorted() == kept.partitions)
            #expect(seconds.map(\.partition).sorted() == given.partitions)
            for record in seconds { try second.storeOffset(2, of: record.partition, epoch: record.epoch) }
            for record in firsts { try first.storeOffset(2, of: record.partition, epoch: record.epoch) }
            if cluster == .embedded { try await first.commit() }

            // The second leaves: what it stored is committed, and the first has all again.
            second.stop()
            await other.drain()
            let again = try await reader.revocation()
            #expect(again.partitions.sorted() == kept.partitions)
            again.complete()
            #expect(try await reader.assignment().partitions == all)
            for partition in all { try await producer.write(["last"], to: partition) }
            let last = try await reader.take(4)
            #expect(last.compactMap(\.text) == ["last", "last", "last", "last"])
            first.stop()
            await reader.drain()
        }
    }

    @Test func lostPartitionsTakeNoOffsets() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer(group: "g")
        let partition = broker.partition("t", 0)
        try await running(consumer) {
            try await consumer.subscribe(to: [broker.topic("t")])
            var reader = EventReader(consumer)
            let before = try await reader.assignment()
            // The coordinator has forgotten the member.
            try broker.embedded?.failNext(Request.heartbeat, with: [.unknownMember])
            let revocation = try await reader.revocation()
            #expect(revocation.isLost)
            #expect(revocation.partitions == [partition])
            let error = #expect(throws: KafkaError.self) {
                try consumer.storeOffset(1, of: partition, epoch: before.epoch)
            }
            #expect(error?.code == .state)
            revocation.complete()
            // It joins again by itself.
            let after = try await reader.assignment()
            #expect(after.partitions == [partition])
            #expect(after.epoch > before.epoch)
            try consumer.storeOffset(1, of: partition, epoch: after.epoch)
            consumer.stop()
            await reader.drain()
        }
    }

    @Test func revocationThatNobodyCompletesEndsWithItsBudget() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let options = KafkaConsumerOptions(drainBudget: .milliseconds(200))
        let (producer, consumer) = (try broker.producer(), try broker.consumer(group: "g", options: options))
        let partition = broker.partition("t", 0)
        // `running` returns though neither the batch is released nor the revocation completed.
        let held = try await running(producer, consumer) {
            try await producer.write(["a"], to: partition)
            try await consumer.subscribe(to: [broker.topic("t")])
            for await event in consumer.events {
                guard case .records(let batch) = event else { continue }
                // What is stored is committed all the same.
                try consumer.storeOffset(1, of: partition, epoch: batch.epoch)
                return batch
            }
            throw EventReader.Ended(description: "no records")
        }
        #expect(held.seen.compactMap(\.text) == ["a"])
        #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: partition, epoch: held.epoch) }

        let (writer, next) = (try broker.producer(), try broker.consumer(group: "g"))
        try await running(writer, next) {
            try await writer.write(["b"], to: partition)
            try await next.subscribe(to: [broker.topic("t")])
            var reader = EventReader(next)
            #expect(try await reader.take(1).compactMap(\.text) == ["b"])
            next.stop()
            await reader.drain()
        }
    }
}
