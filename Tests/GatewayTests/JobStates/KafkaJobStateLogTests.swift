// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import ServiceLifecycle
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct KafkaJobStateLogTests {
    /// Nothing was ever kept.
    private struct NoResults: RecordArchive {
        func read(_ places: [RecordPlace]) async throws(RecordReadError) -> [[UInt8]] { throw .gone }
    }

    @Test func whatKafkaDidNotTakeIsToldAgainInItsOrder() async throws {
        let topics = TopicNames()
        let broker = try EmbeddedBroker(topics: [(topics.jobStates, 1)])
        defer { broker.close() }
        var settings = EmbeddedBroker.recommendedClientSettings
        settings["bootstrap.servers"] = broker.bootstrapServers
        settings["reconnect.backoff.max.ms"] = "200"
        var producing = settings
        producing["message.timeout.ms"] = "500"
        let producer = try KafkaProducer(configuration: producing, logger: KafkaFixture.quiet)
        let consumer = try KafkaConsumer(configuration: settings, logger: KafkaFixture.quiet)
        let logs = RecordedLogs()
        let log = KafkaJobStateLog(producer: producer, topics: topics, results: NoResults(), logger: logs.logger)
        let group = ServiceGroup(
            configuration: .init(services: [producer, log, consumer], logger: KafkaFixture.quiet)
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await consumer.assign([.init(topic: topics.jobStates, partition: 0): .beginning])
            func fact(_ number: Int64) -> JobFact {
                var cancelled = JobCancelled()
                cancelled.atMs = number
                return JobFact(jobID: "\(JobID(unixMilliseconds: number))", tenant: "t", .cancelled(cancelled))
            }
            // One that does not know a topic keeps its first record for a while.
            _ = try await producer.partitionCount(of: topics.jobStates)
            await log.tell(fact(1))
            try broker.setDown()
            await log.tell(fact(2))
            await log.tell(fact(3))
            #expect(logs.lines.count { $0.contains("could not be written") } == 2)
            try broker.setUp()

            var told: [Int64] = []
            for await case .records(let batch) in consumer.events {
                batch.forEach { record in
                    guard let value = record.value, let fact = try? JobFact(serializedBytes: Array(value)) else {
                        return
                    }
                    told.append(fact.cancelled.atMs)
                }
                if told.last == 3 { break }
            }
            #expect(told == [1, 2, 3])
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
