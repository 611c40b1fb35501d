// SPDX-License-Identifier: Apache-2.0

import Contract
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing
import Worker

/// Faults that a pool outlives: each job comes to one visible end, and nothing is committed before.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct FaultTests {
    /// Numbers of errors (Kafka protocol guide, "Error Codes").
    private static let (unknownTopic, notLeader) = (KafkaError.Code(rawValue: 3), KafkaError.Code(rawValue: 6))

    /// A worker that soon learns what the broker says of topics that it knows.
    private static let attentive = [
        "topic.metadata.refresh.interval.ms": "50", "topic.metadata.propagation.max.ms": "0",
        "message.timeout.ms": "500", "statistics.interval.ms": "20", "auto.commit.interval.ms": "20",
    ]

    /// Takes a topic away, and waits until the worker's producer has asked for topics again, twice.
    private func takeAway(_ topic: String, from fixture: WorkerFixture) async throws {
        try fixture.broker.setError(Self.unknownTopic, topic: topic)
        let asked = #"kafka_broker_responses_total{broker="1",client="worker.producer"}"#
        let before = fixture.metric(asked)
        try await withDeadline(for: "the worker to look at its topics") {
            while fixture.metric(asked) < before + 3 { await Task.yield() }
        }
    }

    private func waitForCommit(of count: Int64, by fixture: WorkerFixture) async throws {
        try await withDeadline(for: "\(count) jobs to be committed") {
            while try await fixture.committedJobs() != count { await Task.yield() }
        }
    }

    @Test func aDeadLetterThatCannotBeWrittenHoldsItsOffsetAndNoNeighbour() async throws {
        try await WorkerFixture.run(kafka: Self.attentive) { fixture in
            let letters = TopicNames.deadLetters(of: fixture.topics.signingJobs)
            try await takeAway(letters, from: fixture)
            let neighbour = fixture.job()
            try await fixture.send([[0xFF, 0xFE], neighbour.serializedBytes()], replyTo: fixture.topics.replies)
            // Both are answered; the partition stands.
            var answered: Set<String> = []
            for _ in 0..<2 { answered.insert(try await fixture.next(on: fixture.topics.replies).reply().jobID) }
            #expect(answered == ["", neighbour.jobID])
            let early = try await fixture.committedJobs()
            #expect(early == 0)
            try fixture.broker.setError(nil, topic: letters)
            let letter = try await fixture.next(on: letters)
            #expect(letter.value == [0xFF, 0xFE])
            try await waitForCommit(of: 2, by: fixture)
        }
    }

    @Test func aRetryThatCannotBeWrittenHoldsItsOffset() async throws {
        try await WorkerFixture.run(kafka: Self.attentive) { fixture in
            let later = TopicNames.retry(of: fixture.topics.signingJobs, delay: 300)
            try await takeAway(later, from: fixture)
            try fixture.broker.setError(Self.notLeader, topic: WorkerFixture.lateReplies)
            let (late, neighbour) = (fixture.job(), fixture.job())
            try await fixture.send(late, replyTo: WorkerFixture.lateReplies)
            try await fixture.send(neighbour)
            #expect(try await fixture.next(on: fixture.topics.replies).reply().jobID == neighbour.jobID)
            let early = try await fixture.committedJobs()
            #expect(early == 0)
            try fixture.broker.setError(nil, topic: later)
            #expect(try await fixture.next(on: later).value == (try late.serializedBytes()))
            try fixture.broker.setError(nil, topic: WorkerFixture.lateReplies)
            #expect(try await fixture.next(on: WorkerFixture.lateReplies).reply().jobID == late.jobID)
            try await waitForCommit(of: 2, by: fixture)
        }
    }

    @Test func aDeadLetterThatIsTooLargeIsKeptByItsPlace() async throws {
        try await WorkerFixture.run(kafka: ["message.max.bytes": "4000"]) { fixture in
            let poison = [UInt8](repeating: 0xFF, count: 3_950)
            let neighbour = fixture.job()
            try await fixture.send([poison, neighbour.serializedBytes()], replyTo: fixture.topics.replies)
            let letter = try await fixture.next(on: TopicNames.deadLetters(of: fixture.topics.signingJobs))
            #expect(letter.value == nil)
            #expect(letter.text("kafka_dlt-original-topic") == fixture.topics.signingJobs)
            #expect(letter.headers["kafka_dlt-original-partition"] == [0, 0, 0, 1])
            #expect(letter.headers["kafka_dlt-original-offset"] == [UInt8](repeating: 0, count: 8))
            #expect(letter.text("kafka_dlt-exception-message")?.contains("original offset") == true)
            var answered: Set<String> = []
            for _ in 0..<2 { answered.insert(try await fixture.next(on: fixture.topics.replies).reply().jobID) }
            #expect(answered == ["", neighbour.jobID])
        }
    }

    /// A clock that is wrong by a day must not sign what the others would not.
    @Test(arguments: [(86_400_000, "expired"), (-86_400_000, "signing_time_in_future")])
    func aWorkerWhoseClockIsADayWrongSaysSo(ahead: Int64, code: String) async throws {
        try await WorkerFixture.run(clockAhead: ahead) { fixture in
            for isPlain in [true, false] {
                var job = fixture.job()
                job.signingTimeMs = WorkerFixture.now()
                job.deadlineMs = job.signingTimeMs + 60_000
                // What only the handler of all jobs takes.
                if !isPlain { try job.merge(serializedBytes: [0xF8, 0x7F, 0x01]) }
                try await fixture.send(job)
                let reply = try await fixture.next(on: fixture.topics.replies).reply()
                #expect(reply.jobID == job.jobID)
                #expect(reply.failure.code == code)
                #expect(reply.s3Signing.items.isEmpty)
            }
        }
    }

    @Test func aJobThatComesTwiceGivesTheSameTwice() async throws {
        try await WorkerFixture.run { fixture in
            var job = fixture.job(items: 3)
            job.signingTimeMs = WorkerFixture.now()
            try await fixture.send([job.serializedBytes(), job.serializedBytes()], replyTo: fixture.topics.replies)
            let replies = [
                try await fixture.next(on: fixture.topics.replies).reply(),
                try await fixture.next(on: fixture.topics.replies).reply(),
            ]
            #expect(replies[0].s3Signing == replies[1].s3Signing)
            #expect(replies[0].s3Signing.items.count == 3)
            let events = [
                try await fixture.next(on: fixture.topics.metrics), try await fixture.next(on: fixture.topics.metrics),
            ]
            #expect(events[0].text("ce_id") == events[1].text("ce_id"))
        }
    }

    /// A result that takes longer than the group allows between polls: the poll goes on meanwhile, so nobody is thrown out.
    @Test func workThatTakesLongerThanThePollIntervalKeepsItsPartitions() async throws {
        let quick = [
            "session.timeout.ms": "3000", "heartbeat.interval.ms": "500", "max.poll.interval.ms": "3000",
            "statistics.interval.ms": "50",
        ]
        try await WorkerFixture.run(kafka: quick) { fixture in
            try fixture.broker.setError(Self.notLeader, topic: WorkerFixture.lateReplies)
            let slow = fixture.job()
            try await fixture.send(slow, replyTo: WorkerFixture.lateReplies)
            let end = ContinuousClock.now + .seconds(7)
            var others = 0
            while ContinuousClock.now < end {
                let job = fixture.job()
                try await fixture.send(job)
                #expect(try await fixture.next(on: fixture.topics.replies).reply().jobID == job.jobID)
                others += 1
            }
            #expect(others > 3)
            try fixture.broker.setError(nil, topic: WorkerFixture.lateReplies)
            #expect(try await fixture.next(on: WorkerFixture.lateReplies).reply().jobID == slow.jobID)
            let rebalances = #"kafka_consumer_rebalances_total{client="worker.signing"}"#
            let seen = fixture.metric(rebalances)
            #expect(seen == 1)
        }
    }
}
