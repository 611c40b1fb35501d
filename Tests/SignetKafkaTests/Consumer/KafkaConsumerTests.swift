// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Synchronization
import TestSupport
import Testing

/// A consumer without a group: positions are the caller's.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaConsumerTests {
    private static func texts(_ range: Range<Int>) -> [String] { range.map { "r\($0)" } }

    @Test(arguments: TestCluster.available)
    func recordsArriveInOrderInBatchesOfTheSizeAllowed(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 1))
        let options = KafkaConsumerOptions(maximumBatchRecords: 64)
        let (producer, consumer) = (try broker.producer(), try broker.consumer(options: options))
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<1_000), to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 0): .beginning])
            var seen: [SeenRecord] = []
            var sizes: [Int] = []
            for await event in consumer.events {
                guard case .records(let batch) = event else { continue }
                sizes.append(batch.count)
                seen += batch.seen
                if seen.count >= 1_000 { break }
            }
            #expect(seen.map(\.offset) == (0..<1_000).map { Int64($0) })
            #expect(seen.compactMap(\.text) == Self.texts(0..<1_000))
            #expect(sizes.allSatisfy { (1...64).contains($0) })
            // Prefetched, so taken together.
            #expect(sizes.contains(64))
        }
    }

    @Test func assignmentIsAnnouncedWithItsEpochBeforeItsRecords() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        try await running(producer, consumer) {
            try await producer.write(["a"], to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 1): .beginning, broker.partition("t", 0): .beginning])
            var reader = EventReader(consumer)
            guard case .assigned(let partitions, let epoch) = try await reader.next() else {
                return #expect(Bool(false), "the first event is the assignment")
            }
            #expect(partitions == [broker.partition("t", 0), broker.partition("t", 1)])
            let record = try #require(try await reader.take(1).first)
            #expect(record.epoch == epoch)
            #expect(record.partition == broker.partition("t", 0))
        }
    }

    @Test(arguments: TestCluster.available)
    func readingBeginsWhereItIsAsked(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let partition = broker.partition("t", 0)
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<10), to: partition)
            var reader = EventReader(consumer)
            try await consumer.assign([partition: .at(7)])
            #expect(try await reader.take(3).compactMap(\.text) == ["r7", "r8", "r9"])
            // Again from elsewhere: a seek.
            try await consumer.assign([partition: .at(2)])
            #expect(try await reader.take(8).compactMap(\.text) == Self.texts(2..<10))
            try await consumer.assign([partition: .beginning])
            #expect(try await reader.take(10).map(\.offset) == (0..<10).map { Int64($0) })
            // At the end only what comes later; the position is known once something was read.
            try await consumer.assign([partition: .end])
            let writer = Task {
                // Written until it is seen: the end is looked up at a time that nobody announces.
                while !Task.isCancelled { try await producer.write(["late"], to: partition) }
            }
            let late = try await reader.take(1)
            writer.cancel()
            _ = await writer.result
            #expect(late.first?.text == "late")
            #expect((late.first?.offset ?? 0) >= 10)
        }
    }

    @Test func offsetOutOfRangeWithoutAResetIsAnErrorNotASkip() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer(["auto.offset.reset": "error"]))
        try await running(producer, consumer) {
            try await producer.write(["a"], to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 0): .at(500)])
            var reader = EventReader(consumer)
            let error = try await reader.failure()
            #expect(error.code.name == "_AUTO_OFFSET_RESET")
            #expect(reader.records.isEmpty)
        }
    }

    @Test func headersAreFoundByNameAndTheLastOneCounts() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        try await running(producer, consumer) {
            let batch = producer.makeBatch()
            let headers = [
                KafkaHeader(name: "a", value: [1]), KafkaHeader(name: "null", value: nil),
                KafkaHeader(name: "a", value: [2]), KafkaHeader(name: "empty", value: []),
            ]
            try batch.append(topic: broker.topic("t"), partition: 0, key: nil, value: [0], headers: headers)
            try batch.append(topic: broker.topic("t"), partition: 0, value: [0])
            #expect(await batch.delivered().isDelivered)
            try await consumer.assign([broker.partition("t", 0): .beginning])
            var checked = 0
            for await event in consumer.events {
                guard case .records(let batch) = event else { continue }
                batch.forEach { record in
                    if record.offset == 0 {
                        #expect(record.header("a").map { $0.map { Array($0) } } == .some([2]))
                        #expect(record.header("empty").map { $0.map { Array($0) } } == .some([]))
                        // There, but null; which differs from not there.
                        if case .some(.some) = record.header("null") { Issue.record("a null value has bytes") }
                        if case .none = record.header("null") { Issue.record("a null value is a header") }
                        #expect(record.header("b") == nil)
                        #expect(record.header("A") == nil)
                    } else {
                        #expect(record.header("a") == nil)
                        record.forEachHeader { name, _ in Issue.record("no header was written, \(name) was read") }
                    }
                    checked += 1
                }
                if checked == 2 { break }
            }
        }
    }

    @Test func headersInTheLibrarysFormAreReadBackAsTheyWere() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        try await running(producer, consumer) {
            let batch = producer.makeBatch()
            for number in UInt8(0)..<100 {
                // More than it was made for.
                var headers = KafkaHeaders(capacity: 1)
                headers.add("number", [number])
                headers.add("empty", [])
                headers.add("long", [UInt8](repeating: number, count: 3_000))
                try batch.append(topic: broker.topic("t"), partition: 0, value: [number], nativeHeaders: headers)
            }
            // Refused: the headers go, the others stay.
            let refused = #expect(throws: KafkaError.self) {
                var headers = KafkaHeaders()
                headers.add("number", [0])
                try batch.append(
                    topic: broker.topic("t"),
                    partition: 0,
                    value: [UInt8](repeating: 0, count: 2_000_000),
                    nativeHeaders: headers
                )
            }
            #expect(refused?.code == .messageTooLarge)
            #expect(await batch.delivered().isDelivered)
            try await consumer.assign([broker.partition("t", 0): .beginning])
            var reader = EventReader(consumer)
            for (number, record) in zip(UInt8(0)..<100, try await reader.take(100)) {
                #expect(record.value == [number])
                #expect(
                    record.headers == [
                        KafkaHeader(name: "number", value: [number]), KafkaHeader(name: "empty", value: []),
                        KafkaHeader(name: "long", value: [UInt8](repeating: number, count: 3_000)),
                    ]
                )
            }
        }
    }

    // MARK: Pausing

    @Test(arguments: TestCluster.available)
    func pausedPartitionIsSilentUntilItIsResumed(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 2))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let (first, second) = (broker.partition("t", 0), broker.partition("t", 1))
        try await running(producer, consumer) {
            try await producer.write(["a0"], to: first)
            try await producer.write(["b0"], to: second)
            try await consumer.assign([first: .beginning, second: .beginning])
            var reader = EventReader(consumer)
            #expect(Set(try await reader.take(2).compactMap(\.text)) == ["a0", "b0"])
            try await consumer.pause([first])
            try await producer.write(["a1", "a2"], to: first)
            for round in 1...20 {
                try await producer.write(["b\(round)"], to: second)
                #expect(try await reader.take(1).compactMap(\.text) == ["b\(round)"])
            }
            try await consumer.resume([first])
            #expect(try await reader.take(2).compactMap(\.text) == ["a1", "a2"])
            #expect(reader.records.isEmpty)
        }
    }

    @Test func pauseEndsWithANewAssignment() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let partition = broker.partition("t", 0)
        try await running(producer, consumer) {
            try await producer.write(["a", "b"], to: partition)
            try await consumer.assign([partition: .at(0)])
            var reader = EventReader(consumer)
            _ = try await reader.take(2)
            try await consumer.pause([partition])
            try await consumer.assign([partition: .at(1)])
            #expect(try await reader.take(1).compactMap(\.text) == ["b"])
        }
    }

    @Test func heldBatchesHoldBackTheRestAndNothingIsLost() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let options = KafkaConsumerOptions(
            maximumBatchRecords: 10,
            maximumOutstandingBatches: 3,
            pollTimeout: .milliseconds(20)
        )
        let (producer, consumer) = (try broker.producer(), try broker.consumer(options: options))
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<2_000), to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 0): .beginning])
            let arrived = Mutex<[KafkaRecordBatch]>([])
            let total = Atomic<Int>(0)
            let (batches, arrivals) = AsyncStream.makeStream(of: Void.self)
            async let reading: Void = {
                for await event in consumer.events {
                    guard case .records(let batch) = event else { continue }
                    arrived.withLock { $0.append(batch) }
                    total.add(batch.count, ordering: .relaxed)
                    arrivals.yield()
                }
            }()
            var iterator = batches.makeAsyncIterator()
            for _ in 0..<3 { await iterator.next() }
            // Each command is carried out between two turns of the poll thread, so this many turns brought nothing.
            for _ in 0..<30 { try await consumer.pause([]) }
            #expect(arrived.withLock { $0.count } == 3)
            // Asking for a partition that is not there takes its whole timeout: long enough for the consumer to give up
            // waiting for a release and to pause, which throws away what it had fetched.
            await #expect(throws: KafkaError.self) {
                try await consumer.watermarks(of: broker.partition("t", 9), timeout: .milliseconds(800))
            }
            #expect(arrived.withLock { $0.count } == 3)

            var seen: [SeenRecord] = []
            while seen.count < 2_000 {
                let released = arrived.withLock { arrived in
                    defer { arrived = [] }
                    return arrived
                }
                #expect(released.count <= 3)
                for batch in released { seen += batch.seen }
                if released.isEmpty { await iterator.next() }
            }
            #expect(seen.map(\.offset) == (0..<2_000).map { Int64($0) })
            consumer.stop()
            await reading
        }
    }

    // MARK: Positions

    @Test(arguments: TestCluster.available)
    func watermarksAreTheOldestAndTheNextOffset(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 2))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<5), to: broker.partition("t", 1))
            let full = try await consumer.watermarks(of: broker.partition("t", 1), timeout: .seconds(20))
            #expect(full == (0, 5))
            let empty = try await consumer.watermarks(of: broker.partition("t", 0), timeout: .seconds(20))
            #expect(empty == (0, 0))
            #expect(try await consumer.partitionCount(of: broker.topic("t"), timeout: .seconds(20)) == 2)
            try await consumer.probe(timeout: .seconds(20))
            await #expect(throws: KafkaError.self) {
                try await consumer.watermarks(of: broker.partition("t", 9), timeout: .milliseconds(500))
            }
        }
    }

    @Test func onlyAssignedPartitionsTakeOffsetsAndOnlyUnderTheirEpoch() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let consumer = try broker.consumer(group: "g")
        let (first, second) = (broker.partition("t", 0), broker.partition("t", 1))
        try await running(consumer) {
            var reader = EventReader(consumer)
            try await consumer.assign([first: .at(0)])
            let old = try await reader.assignment().epoch
            try consumer.storeOffset(1, of: first, epoch: old)
            let stranger = #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: second, epoch: old) }
            #expect(stranger?.code == .state)
            #expect(stranger?.message.contains("\(second)") == true)

            // Anew: work that began before does not count.
            try await consumer.assign([first: .at(0)])
            let new = try await reader.assignment().epoch
            #expect(new > old)
            #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: first, epoch: old) }
            try consumer.storeOffset(1, of: first, epoch: new)

            // Replaced: no longer ours.
            try await consumer.assign([second: .at(0)])
            let last = try await reader.assignment().epoch
            #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: first, epoch: new) }
            #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: first, epoch: last) }
            try consumer.storeOffset(1, of: second, epoch: last)
        }
    }

    @Test func assignmentOfAnImpossiblePartitionIsRefusedAsAValue() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer()
        try await running(consumer) {
            let error = await #expect(throws: KafkaError.self) {
                try await consumer.subscribe(to: [])
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    // MARK: The end

    @Test func closedConsumerEndsItsEventsAndRefusesCommands() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer()
        let partition = broker.partition("t", 0)
        try await running(consumer) {
            try await consumer.assign([partition: .beginning])
        }
        var reader = EventReader(consumer)
        await reader.drain()
        let error = await #expect(throws: KafkaError.self) { try await consumer.assign([partition: .beginning]) }
        #expect(error?.code == .destroyed)
        await #expect(throws: KafkaError.self) { try await consumer.pause([partition]) }
        await #expect(throws: KafkaError.self) { try await consumer.commit() }
        #expect(throws: KafkaError.self) { try consumer.storeOffset(1, of: partition, epoch: 1) }
    }

    @Test func commandsThatRaceWithTheEndAreAllAnswered() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer()
        let partition = broker.partition("t", 0)
        let commands = try await running(consumer) {
            (0..<50).map { _ in Task { try await consumer.pause([partition]) } }
        }
        for command in commands { _ = await command.result }
    }

    @Test func batchOutlivesItsConsumer() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        // `running` returns though the batch is held: closing waits for nobody.
        let held = try await running(producer, consumer) {
            try await producer.write(["kept"], to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 0): .beginning])
            for await event in consumer.events {
                if case .records(let batch) = event { return batch }
            }
            throw EventReader.Ended(description: "no records")
        }
        #expect(held.seen.compactMap(\.text) == ["kept"])
        #expect(held.withRecord(at: 0) { $0.topic } == broker.topic("t"))
    }

    @Test func consumerOutlivesABrokerThatGoesAndComesBack() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let embedded = try #require(broker.embedded)
        try await running(producer, consumer) {
            try await producer.write(["before"], to: broker.partition("t", 0))
            try await consumer.assign([broker.partition("t", 0): .beginning])
            var reader = EventReader(consumer)
            #expect(try await reader.take(1).compactMap(\.text) == ["before"])
            try embedded.setDown()
            await #expect(throws: KafkaError.self) { try await consumer.probe(timeout: .milliseconds(200)) }
            try embedded.setUp()
            try await producer.write(["after"], to: broker.partition("t", 0))
            #expect(try await reader.take(1).compactMap(\.text) == ["after"])
        }
    }

    /// The embedded broker keeps 5 MiB of a partition, as others keep what is young enough.
    @Test func recordsThatAreDeletedBeforeTheyAreReadAreToldAndTheRestIsRead() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let consumer = try broker.consumer(
            ["queued.min.messages": "1", "queued.max.messages.kbytes": "64", "fetch.message.max.bytes": "65536"],
            options: KafkaConsumerOptions(maximumBatchRecords: 10, maximumOutstandingBatches: 1)
        )
        let partition = broker.partition("t", 0)
        let text = String(repeating: "x", count: 10_000)
        try await running(producer, consumer) {
            try await producer.write(Array(repeating: text, count: 20), to: partition)
            try await consumer.assign([partition: .beginning])
            var held: KafkaRecordBatch?
            for await event in consumer.events {
                guard case .records(let batch) = event else { continue }
                held = batch
                break
            }
            var offsets = try #require(held).seen.map(\.offset)
            for _ in 0..<4 { try await producer.write(Array(repeating: text, count: 200), to: partition) }
            held = nil
            var reader = EventReader(consumer)
            while offsets.last != 819 { offsets += try await reader.take(1).map(\.offset) }
            let missing = reader.missing.flatMap { Array($0) }
            #expect(!missing.isEmpty)
            #expect((offsets + missing).sorted() == Array(0..<820))
            #expect(offsets == offsets.sorted())
        }
    }

    /// What a group had not read when all its members were away.
    @Test func recordsThatWereDeletedWhileNobodyReadAreTold() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let partition = broker.partition("t", 0)
        let text = String(repeating: "x", count: 10_000)
        try await running(producer) {
            try await producer.write(Array(repeating: text, count: 5), to: partition)
            for isFirst in [true, false] {
                let consumer = try broker.consumer(group: "g")
                try await running(consumer) {
                    try await consumer.subscribe(to: [broker.topic("t")])
                    var reader = EventReader(consumer)
                    let epoch = try await reader.assignment().epoch
                    let first = try await reader.take(1)[0].offset
                    if isFirst {
                        #expect(first == 0)
                        try consumer.storeOffset(2, of: partition, epoch: epoch)
                    } else {
                        while reader.missing.isEmpty { try await reader.readOne() }
                        #expect(first > 2)
                        #expect(reader.missing == [2..<first])
                    }
                    consumer.stop()
                    await reader.drain()
                }
                // 8 MB: more than the broker keeps.
                if isFirst {
                    for _ in 0..<4 { try await producer.write(Array(repeating: text, count: 200), to: partition) }
                }
            }
        }
    }
}
