// SPDX-License-Identifier: Apache-2.0

import Contract
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing
import Worker

/// What becomes of jobs whose results Kafka does not take.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct UndeliverableResultTests {
    /// `NOT_LEADER_FOR_PARTITION`: a broker's answer that may pass.
    private static let notLeader = KafkaError.Code(rawValue: 6)

    @Test func aResultThatIsNotTakenComesInALaterRound() async throws {
        try await WorkerFixture.run(kafka: ["message.timeout.ms": "500"]) { fixture in
            let topics = fixture.topics
            try fixture.broker.setError(Self.notLeader, topic: WorkerFixture.lateReplies)
            let job = fixture.job()
            try await fixture.send(job, replyTo: WorkerFixture.lateReplies)
            let waiting = try await fixture.next(on: TopicNames.retry(of: topics.signingJobs, delay: 300))
            #expect(waiting.value == (try job.serializedBytes()))
            #expect(waiting.headers["retry_topic-attempts"] == [0, 0, 0, 1])
            let due = try #require(waiting.headers["retry_topic-backoff-timestamp"].flatMap { SpringNumber.read($0) })
            let original = try #require(
                waiting.headers["retry_topic-original-timestamp"].flatMap { SpringNumber.read($0) }
            )
            #expect(due > original + 300)
            #expect(waiting.text("kafka_dlt-original-topic") == topics.signingJobs)
            try fixture.broker.setError(nil, topic: WorkerFixture.lateReplies)
            let reply = try await fixture.next(on: WorkerFixture.lateReplies).reply()
            #expect(reply.jobID == job.jobID)
            #expect(!reply.hasFailure)
            #expect(reply.s3Signing.items.count == 1)
        }
    }

    @Test func afterTheLastRoundTheRecordIsKeptWithItsFirstPlace() async throws {
        try await WorkerFixture.run(retryDelays: [100], kafka: ["message.timeout.ms": "300"]) { fixture in
            let topics = fixture.topics
            try fixture.broker.setError(Self.notLeader, topic: WorkerFixture.lateReplies)
            let job = fixture.job()
            try await fixture.send(job, replyTo: WorkerFixture.lateReplies)
            let letter = try await fixture.next(on: TopicNames.deadLetters(of: topics.signingJobs))
            #expect(letter.value == (try job.serializedBytes()))
            #expect(letter.text("kafka_dlt-original-topic") == topics.signingJobs)
            #expect(letter.headers["kafka_dlt-original-partition"] == [0, 0, 0, 1])
            #expect(letter.headers["kafka_dlt-original-offset"] == [0, 0, 0, 0, 0, 0, 0, 0])
            #expect(letter.text("kafka_dlt-exception-fqcn") == "undeliverable")
            #expect(letter.text("kafka_replyTopic") == WorkerFixture.lateReplies)
            #expect(letter.headers["retry_topic-attempts"] == [0, 0, 0, 1])
        }
    }

    @Test func aReplyTopicThatDoesNotExistHoldsNobodyUp() async throws {
        try await WorkerFixture.run { fixture in
            let topics = fixture.topics
            // The embedded broker makes a topic that is asked for, unless it is told otherwise.
            let nobody = topics.replies + "-of-nobody"
            try fixture.broker.setError(.unknownTopicOrPartition, topic: nobody)
            try await fixture.send(fixture.job(), replyTo: nobody)
            let next = fixture.job()
            try await fixture.send(next)
            let reply = try await fixture.next(on: topics.replies).reply()
            #expect(reply.jobID == next.jobID)
            let letter = try await fixture.next(on: TopicNames.deadLetters(of: topics.signingJobs))
            #expect(letter.text("kafka_dlt-exception-fqcn") == "unknown_reply_topic")
        }
    }

    /// Larger than the broker takes, though the worker was told that it would.
    @Test func aReplyThatIsTooLargeIsRefusedAndItsNeighboursAreNot() async throws {
        try await WorkerFixture.run(kafka: ["message.max.bytes": "4000"]) { fixture in
            let (small, large, other) = (fixture.job(), fixture.job(items: 100), fixture.job())
            let values: [[UInt8]] = try [small, large, other].map { try $0.serializedBytes() }
            try await fixture.send(values, replyTo: fixture.topics.replies)
            var replies: [String: Reply] = [:]
            for _ in 0..<3 {
                let reply = try await fixture.next(on: fixture.topics.replies).reply()
                replies[reply.jobID] = reply
            }
            #expect(replies[small.jobID]?.s3Signing.items.count == 1)
            #expect(replies[other.jobID]?.s3Signing.items.count == 1)
            #expect(replies[large.jobID]?.failure.code == "reply_too_large")
        }
    }

    @Test func aFloodOfPoisonIsHeldUntilThePauseEnds() async throws {
        try await WorkerFixture.run { configuration in
            configuration.deadLetterLimits = .init(consecutive: 10, pause: 1_000)
        } _: { fixture in
            try await fixture.send(Array(repeating: [0xFF, 0xFE], count: 30))
            try await withDeadline(for: "the worker to hold") {
                while await fixture.reasons().allSatisfy({ !$0.contains("dead letters") }) { await Task.yield() }
            }
            for _ in 0..<30 {
                let letter = try await fixture.next(on: TopicNames.deadLetters(of: fixture.topics.signingJobs))
                #expect(letter.text("kafka_dlt-exception-fqcn") == "malformed")
            }
            // What is good passes, and ends the hold.
            let job = fixture.job()
            try await fixture.send(job)
            #expect(try await fixture.next(on: fixture.topics.replies).reply().jobID == job.jobID)
            try await withDeadline(for: "the worker to be ready") {
                while await !fixture.reasons().isEmpty { await Task.yield() }
            }
        }
    }
}
