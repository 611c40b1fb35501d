// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

/// What a consumer asks about offsets, and where it goes on reading.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaConsumerOffsetsTests {
    private static func texts(_ range: Range<Int>) -> [String] { range.map { "r\($0)" } }

    @Test(arguments: TestCluster.available)
    func seekGoesOnElsewhereAndWhatWasReadBeforeStoresNothing(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 2))
        let (producer, consumer) = (try broker.producer(), try broker.consumer(group: "g"))
        let (first, second) = (broker.partition("t", 0), broker.partition("t", 1))
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<10), to: first)
            try await consumer.subscribe(to: [broker.topic("t")])
            var reader = EventReader(consumer)
            let before = try await reader.assignment()
            #expect(consumer.assignment == [first, second])
            #expect(try await reader.take(10).compactMap(\.text) == Self.texts(0..<10))
            try await consumer.seek(to: [first: .at(4)])
            let after = try await reader.assignment()
            #expect(after.partitions == [first])
            let again = try await reader.take(6)
            #expect(again.compactMap(\.text) == Self.texts(4..<10))
            #expect(again.allSatisfy { $0.epoch == after.epoch })
            // Of the partition that was sought in, not of the other.
            #expect(throws: KafkaError.self) { try consumer.storeOffset(10, of: first, epoch: before.epoch) }
            try consumer.storeOffset(10, of: first, epoch: after.epoch)
            try await producer.write(["b"], to: second)
            #expect(try await reader.take(1).compactMap(\.text) == ["b"])
            try await consumer.seek(to: [first: .beginning])
            _ = try await reader.assignment()
            #expect(try await reader.take(10).map(\.offset) == (0..<10).map { Int64($0) })
            // Lets the partitions go at once.
            consumer.stop()
            await reader.drain()
        }
    }

    @Test func seekWithoutAPlaceToGoToIsRefusedAndReadingGoesOn() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let (mine, other) = (broker.partition("t", 0), broker.partition("t", 1))
        try await running(producer, consumer) {
            try await producer.write(["a"], to: mine)
            try await consumer.assign([mine: .beginning])
            let stored = await #expect(throws: KafkaError.self) { try await consumer.seek(to: [mine: .stored]) }
            #expect(stored?.code == .invalidArgument)
            let stranger = await #expect(throws: KafkaError.self) { try await consumer.seek(to: [other: .at(0)]) }
            #expect(stranger?.code == .state)
            var reader = EventReader(consumer)
            #expect(try await reader.take(1).compactMap(\.text) == ["a"])
        }
    }

    @Test(arguments: TestCluster.available)
    func lagIsWhatIsThereAndNotCommitted(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 3))
        let (producer, consumer) = (try broker.producer(), try broker.consumer(group: "g"))
        let partitions = (0..<3).map { broker.partition("t", $0) }
        try await running(producer, consumer) {
            try await producer.write(Self.texts(0..<10), to: partitions[0])
            try await producer.write(Self.texts(0..<3), to: partitions[1])
            try await consumer.subscribe(to: [broker.topic("t")])
            var reader = EventReader(consumer)
            let epoch = try await reader.assignment().epoch
            _ = try await reader.take(13)
            #expect(try await consumer.committed(partitions).isEmpty)
            try consumer.storeOffset(4, of: partitions[0], epoch: epoch)
            try await consumer.commit()
            #expect(try await consumer.committed(partitions) == [partitions[0]: 4])
            #expect(
                try await consumer.ends(of: partitions) == [partitions[0]: 10, partitions[1]: 3, partitions[2]: 0]
            )
            #expect(try await consumer.lag(of: partitions) == [partitions[0]: 6, partitions[1]: 3, partitions[2]: 0])
            // Lets the partitions go at once.
            consumer.stop()
            await reader.drain()
        }
    }

    @Test func timeBeforeTheFirstIsRefused() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer()
        let error = await #expect(throws: KafkaError.self) {
            try await consumer.offsets(at: [broker.partition("t", 0): -2])
        }
        #expect(error?.code == .invalidArgument)
    }

    /// The embedded broker does not look records up by their time.
    @Test(.enabled(if: TestCluster.externalServers != nil, "needs a broker: SIGNET_TEST_KAFKA=host:port"))
    func offsetsAreFoundByTime() async throws {
        let broker = try await TestCluster.external.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let partition = broker.partition("t", 0)
        try await running(producer, consumer) {
            let batch = producer.makeBatch()
            let start: Int64 = 1_700_000_000_000
            for number in 0..<5 {
                try batch.append(
                    topic: partition.topic,
                    partition: 0,
                    key: nil,
                    value: [0],
                    timestamp: start + Int64(number) * 1_000
                )
            }
            #expect(await batch.delivered().isDelivered)
            #expect(try await consumer.offsets(at: [partition: start]) == [partition: 0])
            #expect(try await consumer.offsets(at: [partition: start + 1_001]) == [partition: 2])
            #expect(try await consumer.offsets(at: [partition: start + 60_000]) == [partition: 5])
        }
    }
}
