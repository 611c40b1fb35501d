// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

/// What ends a client for good is thrown by `run()`; nobody is left waiting.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct FatalErrorTests {
    @Test func producerThatMayLeaveNoGapEndsWithTheFirstOne() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        // librdkafka: a record that fails for good is then fatal.
        let producer = try broker.producer(["enable.gapless.guarantee": "true"])
        let batch = producer.makeBatch()
        let error = await #expect(throws: KafkaError.self) {
            try await running(producer) {
                try broker.embedded?.failNext(Request.produce, with: [.policyViolation])
                try batch.append(topic: broker.topic("t"), value: [1])
                let outcome = await batch.delivered()
                #expect(outcome.failures.count == 1)
            }
        }
        #expect(error?.isFatal == true)
        #expect(error?.code.name == "_GAPLESS_GUARANTEE")
        #expect(error?.message.isEmpty == false)
        #expect(throws: KafkaError.self) { try batch.append(topic: broker.topic("t"), value: [1]) }
    }

    @Test func consumerThatIsFencedEndsByItself() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let consumer = try broker.consumer(group: "g", ["group.instance.id": "one"])
        let error = await #expect(throws: KafkaError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                try await consumer.subscribe(to: [broker.topic("t")])
                var reader = EventReader(consumer)
                _ = try await reader.assignment()
                // Another process runs under the same name.
                try broker.embedded?.failNext(Request.heartbeat, with: [.fencedInstance])
                // Nobody stops it: its events end because `run()` does.
                await reader.drain()
                try await group.waitForAll()
            }
        }
        #expect(error?.isFatal == true)
        #expect(error?.code == .fencedInstance)
    }
}
