// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle
import SignetKafka
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaProducerTests {
    @Test(arguments: TestCluster.available)
    func everyRecordOfABatchIsAccountedForByItsPosition(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 3))
        let producer = try broker.producer()
        try await running(producer) {
            // More than one chunk of slots.
            let batch = producer.makeBatch(minimumCapacity: 100)
            for index in 0..<1_000 {
                try batch.append(topic: broker.topic("t"), partition: Int32(index % 3), value: [])
            }
            #expect(batch.count == 1_000)
            let outcome = await batch.delivered()
            #expect(outcome.isDelivered)
            #expect(outcome.count == 1_000)
            for index in 0..<1_000 {
                let position = try #require(outcome.position(of: index))
                #expect(position.partition == Int32(index % 3))
                #expect(position.offset == Int64(index / 3))
            }
            #expect(outcome.position(of: 1_000) == nil)
            #expect(outcome.position(of: -1) == nil)
        }
    }

    @Test(arguments: TestCluster.available)
    func everyKindOfBytesComesBackAsItWas(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 1))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let all = (UInt8.min...UInt8.max).map { $0 }
        let headers = [
            KafkaHeader(name: "twice", value: [1]), KafkaHeader(name: "null", value: nil),
            KafkaHeader(name: "empty", value: []), KafkaHeader(name: "binary", value: all),
            KafkaHeader(name: "twice", value: [2]), KafkaHeader(name: "", value: [3]),
            KafkaHeader(name: "é", value: [4]),
        ]
        try await running(producer, consumer) {
            let batch = producer.makeBatch()
            let topic = broker.topic("t")
            try batch.append(topic: topic, partition: 0, key: nil, value: nil as [UInt8]?)
            try batch.append(topic: topic, partition: 0, key: [], value: [])
            try batch.append(
                topic: topic,
                partition: 0,
                key: all,
                value: all,
                headers: headers,
                timestamp: 1_700_000_000_123
            )
            #expect(await batch.delivered().isDelivered)

            try await consumer.assign([broker.partition("t", 0): .beginning])
            var reader = EventReader(consumer)
            let seen = try await reader.take(3)
            #expect(seen[0].key == nil)
            #expect(seen[0].value == nil)
            #expect(seen[0].headers == [])
            #expect(seen[1].key == [])
            #expect(seen[1].value == [])
            #expect(seen[2].key == all)
            #expect(seen[2].value == all)
            #expect(seen[2].headers == headers)
            #expect(seen[2].timestamp == 1_700_000_000_123)
            #expect(seen.map(\.offset) == [0, 1, 2])
        }
    }

    @Test func recordsOfOneKeyShareAPartition() async throws {
        let broker = try await TestCluster.embedded.open(("t", 7))
        let producer = try broker.producer()
        try await running(producer) {
            let batch = producer.makeBatch()
            for index in 0..<70 { try batch.append(topic: broker.topic("t"), key: [UInt8(index % 10)], value: [0]) }
            let outcome = await batch.delivered()
            let partitions = (0..<70).compactMap { outcome.position(of: $0)?.partition }
            #expect(partitions.count == 70)
            for index in 10..<70 { #expect(partitions[index] == partitions[index % 10]) }
            #expect(Set(partitions).count > 1)
        }
    }

    @Test func emptyBatchIsDeliveredAtOnce() async throws {
        let broker = try await TestCluster.embedded.open()
        let outcome = await (try broker.producer()).makeBatch().delivered()
        #expect(outcome.count == 0)
        #expect(outcome.isDelivered)
    }

    @Test func severalMayAwaitOneBatch() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        try await running(producer) {
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            async let first = batch.delivered()
            async let second = batch.delivered()
            #expect(await first.isDelivered)
            #expect(await second.isDelivered)
            // More may follow.
            try batch.append(topic: broker.topic("t"), value: [2])
            #expect(await batch.delivered().count == 2)
        }
    }

    // MARK: Limits

    @Test func recordLargerThanTheSettingIsRefusedAndTheOthersAreDelivered() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(["message.max.bytes": "2000"])
        try await running(producer) {
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            let error = #expect(throws: KafkaError.self) {
                try batch.append(
                    topic: broker.topic("t"),
                    value: [UInt8](repeating: 0, count: 3_000),
                    headers: [KafkaHeader(name: "h", value: [1])]
                )
            }
            #expect(error?.code == .messageTooLarge)
            #expect(error?.isRetriable == false)
            #expect(error?.message.contains(broker.topic("t")) == true)
            try batch.append(topic: broker.topic("t"), value: [2])
            let outcome = await batch.delivered()
            #expect(outcome.isDelivered)
            #expect(outcome.count == 2)
            #expect(outcome.position(of: 1)?.offset == 1)
        }
    }

    @Test func fullQueueRefusesAndCapacityIsAwaited() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(["queue.buffering.max.messages": "10"])
        let batch = producer.makeBatch()
        // Nothing runs yet, so nothing leaves.
        for _ in 0..<10 { try batch.append(topic: broker.topic("t"), value: [1]) }
        let error = #expect(throws: KafkaError.self) { try batch.append(topic: broker.topic("t"), value: [1]) }
        #expect(error?.code == .queueFull)
        #expect(error?.isRetriable == true)
        #expect(batch.count == 10)
        try await running(producer) {
            await producer.waitForCapacity()
            try batch.append(topic: broker.topic("t"), value: [1])
            let outcome = await batch.delivered()
            #expect(outcome.count == 11)
            #expect(outcome.isDelivered)
        }
    }

    // MARK: The cluster

    @Test(arguments: TestCluster.available)
    func partitionsAreCountedAndBrokersProbed(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", 5))
        let producer = try broker.producer()
        try await running(producer) {
            try await producer.probe(timeout: .seconds(20))
            #expect(try await producer.partitionCount(of: broker.topic("t"), timeout: .seconds(20)) == 5)
            // Remembered, so known without the broker.
            broker.embedded?.close()
            #expect(try await producer.partitionCount(of: broker.topic("t"), timeout: .zero) == 5)
        }
    }

    @Test func probeOfABrokerThatIsGoneFailsInTime() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        broker.embedded?.close()
        try await running(producer) {
            let error = await #expect(throws: KafkaError.self) { try await producer.probe(timeout: .milliseconds(200)) }
            #expect(error?.isRetriable == true)
            await #expect(throws: KafkaError.self) {
                try await producer.partitionCount(of: broker.topic("t"), timeout: .milliseconds(200))
            }
        }
    }

    // MARK: Life

    @Test func stopFlushesWhatIsQueued() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        // Nothing would leave for a minute.
        let producer = try broker.producer(["linger.ms": "60000"])
        let batch = producer.makeBatch()
        try await running(producer) {
            for _ in 0..<100 { try batch.append(topic: broker.topic("t"), value: [1]) }
        }
        let outcome = await batch.delivered()
        #expect(outcome.count == 100)
        #expect(outcome.isDelivered)
    }

    @Test func gracefulShutdownOfAServiceGroupFlushes() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(["linger.ms": "60000"])
        let batch = producer.makeBatch()
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: producer)], logger: broker.logger)
        )
        try batch.append(topic: broker.topic("t"), value: [1])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(await batch.delivered().isDelivered)
    }

    @Test func cancellationEndsTheRun() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let batch = producer.makeBatch()
        try batch.append(topic: broker.topic("t"), value: [1])
        let task = Task { try await producer.run() }
        task.cancel()
        try await task.value
        #expect(await batch.delivered().isDelivered)
    }

    @Test func closedProducerRefusesRecordsAndKeepsNobodyWaiting() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let batch = producer.makeBatch()
        try await running(producer) {}
        let error = #expect(throws: KafkaError.self) { try batch.append(topic: broker.topic("t"), value: [1]) }
        #expect(error?.code == .destroyed)
        #expect(await batch.delivered().count == 0)
        await producer.waitForCapacity()
    }

    @Test func recordsThatRaceWithTheEndAreAllAccountedFor() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let topic = broker.topic("t")
        let writers = try await running(producer) {
            let started = Signal()
            let writers = (0..<4).map { _ in
                Task {
                    let batch = producer.makeBatch()
                    var accepted = 0
                    do throws(KafkaError) {
                        while true {
                            try batch.append(topic: topic, value: [1])
                            accepted += 1
                            if accepted == 20 { started.raise() }
                            if accepted % 20 == 0 { await producer.waitForCapacity() }
                        }
                    } catch {
                        // Queue full or closed: either ends this writer, and what was accepted is answered.
                        return (accepted, await batch.delivered())
                    }
                }
            }
            await started.wait()
            return writers
        }
        for writer in writers {
            let (accepted, outcome) = await writer.value
            #expect(outcome.count == accepted)
        }
    }

    @Test func bytesInFlightAreBoundedAndTheirRoomComesBack() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try KafkaProducer(
            configuration: broker.settings().merging(defaults: EmbeddedBroker.recommendedProducerSettings),
            maximumInFlightBytes: 1_000_000,
            logger: broker.logger
        )
        let value = [UInt8](repeating: 7, count: 100_000)
        try await running(producer) {
            try broker.embedded?.setDown()
            let batch = producer.makeBatch(minimumCapacity: 32)
            var appended = 0
            var refusal: KafkaError?
            while refusal == nil, appended < 32 {
                do throws(KafkaError) {
                    try batch.append(topic: broker.topic("t"), partition: 0, value: value)
                    appended += 1
                } catch {
                    refusal = error
                }
            }
            #expect(appended == 10)
            #expect(refusal?.code == .queueFull && refusal?.isRetriable == true)
            try broker.embedded?.setUp()
            try await withDeadline(for: "room") { await producer.waitForCapacity() }
            try batch.append(topic: broker.topic("t"), partition: 0, value: value)
            #expect(await batch.delivered().isDelivered)
            // One that is larger than all that is allowed passes alone, if the broker takes it.
            let large = producer.makeBatch()
            try large.append(
                topic: broker.topic("t"),
                partition: 0,
                value: [UInt8](repeating: 1, count: 990_000) + value[..<500]
            )
            #expect(await large.delivered().isDelivered)
        }
    }
}
