// SPDX-License-Identifier: Apache-2.0

import Contract
import Logging
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing
import Worker

/// Events and offsets in transactions, by a whole worker. The embedded broker shows aborted records to all readers and keeps
/// no offsets of transactions, so the worker's own count of what it committed is looked at.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct ExactlyOnceTests {
    /// Numbers of requests (Kafka protocol guide, "Api Keys").
    private static let (addPartitions, addOffsets, endTransaction): (Int16, Int16, Int16) = (24, 25, 26)
    private static let (groupAuthorizationFailed, coordinatorNotAvailable, producerFenced) = (
        KafkaError.Code(rawValue: 30), KafkaError.Code(rawValue: 15), KafkaError.Code(rawValue: 90)
    )

    private func run(_ body: (WorkerFixture) async throws -> Void) async throws {
        try await WorkerFixture.run(kafka: ["group.instance.id": "one"]) { configuration in
            configuration.eventDelivery = .exactlyOnce
        } _: { fixture in
            try await body(fixture)
        }
    }

    /// Waits until the worker has committed so many events.
    private func waitForCommit(of count: Int, by fixture: WorkerFixture) async throws {
        try await withDeadline(for: "\(count) events to be committed") {
            while fixture.metric("signet_events_committed_total") != count { await Task.yield() }
        }
    }

    @Test func eventsOfAllKindsOfJobsGoWithTheirOffsets() async throws {
        try await run { fixture in
            // The second is none that the fast way takes, the third none at all.
            var other = fixture.job()
            try other.merge(serializedBytes: [0xF8, 0x7F, 0x01])
            let plain = fixture.job(items: 3)
            try await fixture.send(
                [plain.serializedBytes(), other.serializedBytes(), [0xFF, 0xFE]],
                replyTo: fixture.topics.replies
            )
            var events: [String: String] = [:]
            for _ in 0..<2 {
                let event = try await fixture.next(on: fixture.topics.metrics)
                events[event.text("ce_id") ?? ""] = event.text("ce_type")
            }
            #expect(
                events == [
                    "\(plain.jobID)/0/signet.urls.minted.v1": "signet.urls.minted.v1",
                    "\(other.jobID)/0/signet.urls.minted.v1": "signet.urls.minted.v1",
                ]
            )
            for _ in 0..<3 { _ = try await fixture.next(on: fixture.topics.replies) }
            try await waitForCommit(of: 2, by: fixture)
        }
    }

    @Test func aTransactionThatIsAbortedIsWrittenAgain() async throws {
        try await run { fixture in
            try fixture.broker.failNext(Self.addOffsets, with: [Self.groupAuthorizationFailed])
            let job = fixture.job()
            try await fixture.send(job)
            #expect(try await fixture.next(on: fixture.topics.replies).reply().jobID == job.jobID)
            try await waitForCommit(of: 1, by: fixture)
            #expect(fixture.metric(#"signet_transactions_total{outcome="aborted"}"#) == 1)
            #expect(try await fixture.next(on: fixture.topics.metrics).text("ce_id")?.hasPrefix(job.jobID) == true)
        }
    }

    @Test func aProducerThatIsFencedHasASuccessor() async throws {
        try await run { fixture in
            try fixture.broker.failNext(Self.addPartitions, with: [Self.producerFenced])
            try await fixture.send(fixture.job())
            try await waitForCommit(of: 1, by: fixture)
            #expect(fixture.metric(#"signet_transactions_total{outcome="unknown"}"#) == 1)
            try await fixture.send(fixture.job())
            try await waitForCommit(of: 2, by: fixture)
        }
    }

    @Test func whatIsInATransactionIsCommittedBeforeTheWorkerEnds() async throws {
        try await run { fixture in
            try fixture.broker.failNext(
                Self.endTransaction,
                with: Array(repeating: Self.coordinatorNotAvailable, count: 3)
            )
            for _ in 0..<20 { try await fixture.send(fixture.job()) }
            for _ in 0..<20 { _ = try await fixture.next(on: fixture.topics.replies) }
            // Told to end with transactions under way.
            await fixture.stopWorker()
            #expect(fixture.metric("signet_events_committed_total") == 20)
        }
    }

    @Test func withoutANameThatStaysTheWorkerDoesNotStart() throws {
        var configuration = WorkerConfiguration(
            kafka: KafkaConfiguration(["bootstrap.servers": "127.0.0.1:1"]),
            identity: WorkerIdentity(name: "w")
        )
        configuration.eventDelivery = .exactlyOnce
        let error = #expect(throws: WorkerError.self) {
            try Worker(
                configuration: configuration,
                environment: [:],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("kafka.group.instance.id") == true)
    }
}
