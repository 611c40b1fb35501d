// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import Synchronization
import TestSupport
import Testing

/// Handles of librdkafka are destroyed when their last user is gone: counted in a process of its own, because the
/// other tests have clients too.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct NativeClientTests {
    /// Destroying happens on a thread of its own, which announces nothing: look until it is done. The test's time limit
    /// ends what would not end.
    static func awaitAlive(_ count: Int) async {
        while NativeClient.alive.load(ordering: .relaxed) != count { await Task.yield() }
    }

    @Test func nothingIsLeftOfBrokerProducerAndConsumer() async {
        await #expect(processExitsWith: .success) {
            do {
                let broker = try await TestCluster.embedded.open(("t", 1))
                let (producer, consumer) = (try broker.producer(), try broker.consumer(group: "g"))
                let alive = NativeClient.alive.load(ordering: .relaxed)
                try #require(alive == 3)
                try await running(producer, consumer) {
                    try await producer.write(["a"], to: broker.partition("t", 0))
                    try await consumer.assign([broker.partition("t", 0): .beginning])
                    var reader = EventReader(consumer)
                    _ = try await reader.take(1)
                }
            }
            await NativeClientTests.awaitAlive(0)
        }
    }

    /// The kernel tells the slack of another thread to root alone.
    @Test(.enabled(if: geteuid() == 0 && KafkaLibrary.versionNumber < 0x0204_00FF))
    func mainLoopIsWokenLateEnoughNotToSpinAndWritersAreNot() async {
        await #expect(processExitsWith: .success) {
            let broker = try await TestCluster.embedded.open(("t", 1))
            let producer = try broker.producer()
            try await running(producer) {
                try await producer.write(["a"], to: broker.partition("t", 0))
                var slack: [String: Set<String>] = [:]
                for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
                    // Threads of others may have ended meanwhile.
                    guard
                        let name = try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8),
                        let value = try? String(contentsOfFile: "/proc/\(thread)/timerslack_ns", encoding: .utf8)
                    else { continue }
                    slack[name, default: []].insert(value)
                }
                try #require(slack["rdk:main\n"] == ["1000000\n"])
                try #require(slack["rdk:broker1\n"] == ["50000\n"])
            }
        }
    }

    @Test func heldBatchKeepsItsClientAndNothingElse() async {
        await #expect(processExitsWith: .success) {
            do {
                let held: KafkaRecordBatch
                do {
                    let broker = try await TestCluster.embedded.open(("t", 1))
                    let (producer, consumer) = (try broker.producer(), try broker.consumer())
                    held = try await running(producer, consumer) {
                        try await producer.write(["a"], to: broker.partition("t", 0))
                        try await consumer.assign([broker.partition("t", 0): .beginning])
                        for await event in consumer.events {
                            if case .records(let batch) = event { return batch }
                        }
                        throw EventReader.Ended(description: "no records")
                    }
                }
                // Broker and producer go; the consumer's handle stays until its messages are released.
                await NativeClientTests.awaitAlive(1)
                try #require(held.seen.compactMap(\.text) == ["a"])
            }
            await NativeClientTests.awaitAlive(0)
        }
    }

    @Test func pendingBatchKeepsItsProducerUntilItIsAnswered() async {
        await #expect(processExitsWith: .success) {
            do {
                let broker = try await TestCluster.embedded.open(("t", 1))
                let batch: KafkaDeliveryBatch
                do {
                    let producer = try broker.producer(flushTimeout: .milliseconds(50))
                    broker.embedded?.close()
                    batch = producer.makeBatch()
                    try batch.append(topic: broker.topic("t"), value: [1])
                    try await running(producer) {}
                }
                try #require(await batch.delivered().failures.count == 1)
            }
            await NativeClientTests.awaitAlive(0)
        }
    }

    @Test func clientThatCannotBeMadeLeavesNothing() async {
        await #expect(processExitsWith: .success) {
            let broker = try await TestCluster.embedded.open()
            for _ in 0..<10 {
                #expect(throws: KafkaError.self) { try broker.producer(["acks": "1"]) }
                #expect(throws: KafkaError.self) { try broker.consumer(["session.timeout.ms": "soon"]) }
            }
            await NativeClientTests.awaitAlive(1)
        }
    }
}
