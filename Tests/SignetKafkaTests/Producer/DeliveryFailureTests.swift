// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

/// What a batch says of records that the broker did not acknowledge.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct DeliveryFailureTests {
    @Test func refusalOfTheBrokerIsAFailure() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        try await running(producer) {
            try broker.embedded?.failNext(Request.produce, with: [.policyViolation])
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            let outcome = await batch.delivered()
            #expect(!outcome.isDelivered)
            #expect(outcome.position(of: 0) == nil)
            let failure = try #require(outcome.failures.first)
            #expect(outcome.failures.count == 1)
            #expect(failure.index == 0)
            #expect(failure.status == .failed)
            #expect(failure.error.code == .policyViolation)
            #expect(failure.error.code.name == "POLICY_VIOLATION")
            #expect(!failure.error.isRetriable)
            // The next batch of the same producer is delivered.
            try await producer.write(["x"], to: broker.partition("t", 0))
        }
    }

    @Test(arguments: [KafkaError.Code.notLeader, KafkaError.Code.requestTimedOut])
    func passingErrorIsRetriedUntilDelivered(code: KafkaError.Code) async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        try await running(producer) {
            try broker.embedded?.failNext(Request.produce, with: [code, code])
            try await producer.write(["x"], to: broker.partition("t", 0))
        }
    }

    @Test func onlyTheRecordsOfTheRefusedRequestFail() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let producer = try broker.producer()
        try await running(producer) {
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), partition: 0, value: [1])
            _ = await batch.delivered()
            try broker.embedded?.failNext(Request.produce, with: [.policyViolation])
            try batch.append(topic: broker.topic("t"), partition: 1, value: [2])
            _ = await batch.delivered()
            try batch.append(topic: broker.topic("t"), partition: 0, value: [3])
            let outcome = await batch.delivered()
            #expect(outcome.count == 3)
            #expect(outcome.failures.map(\.index) == [1])
            #expect(outcome.position(of: 0)?.offset == 0)
            #expect(outcome.position(of: 2)?.offset == 1)
        }
    }

    @Test func recordThatNeverLeftHasFailed() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(["message.timeout.ms": "300"])
        broker.embedded?.close()
        try await running(producer) {
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            let failure = try #require(await batch.delivered().failures.first)
            #expect(failure.status == .failed)
            #expect(failure.error.code == .messageTimedOut)
            #expect(failure.error.isRetriable)
        }
    }

    @Test func recordWhoseAnswerIsLateIsUnknownNotFailed() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(["message.timeout.ms": "2000", "socket.timeout.ms": "1000"])
        try await running(producer) {
            // Once through, so that what follows is sent at once.
            try await producer.write(["x"], to: broker.partition("t", 0))
            try broker.embedded?.setRoundTrip(.seconds(60))
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            let failure = try #require(await batch.delivered().failures.first)
            #expect(failure.status == .unknown)
            #expect(failure.error.code == .messageTimedOut)
        }
    }

    @Test func partitionThatIsNotThereIsNamed() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let producer = try broker.producer()
        try await running(producer) {
            // Before the topic is known the record is taken and fails later; then it is refused at once.
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), partition: 99, value: [1])
            let failure = try #require(await batch.delivered().failures.first)
            #expect(failure.status == .failed)
            #expect(failure.error.code == .unknownPartition)
            let error = #expect(throws: KafkaError.self) {
                try batch.append(topic: broker.topic("t"), partition: 99, value: [1])
            }
            #expect(error?.code == .unknownPartition)
        }
    }

    @Test func topicThatIsNotThereFails() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        try broker.embedded?.setError(.unknownTopicOrPartition, topic: broker.topic("t"))
        let producer = try broker.producer(["topic.metadata.propagation.max.ms": "100"])
        try await running(producer) {
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), value: [1])
            let failure = try #require(await batch.delivered().failures.first)
            #expect(failure.status == .failed)
            #expect([.unknownTopic, .unknownTopicOrPartition].contains(failure.error.code))
        }
    }

    // MARK: Giving up

    @Test func shutdownGivesUpOnWhatNeverLeft() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(flushTimeout: .milliseconds(100))
        broker.embedded?.close()
        let batch = producer.makeBatch()
        try await running(producer) {
            for _ in 0..<10 { try batch.append(topic: broker.topic("t"), value: [1]) }
        }
        let outcome = await batch.delivered()
        #expect(outcome.failures.map(\.index) == Array(0..<10))
        #expect(outcome.failures.allSatisfy { $0.status == .failed && $0.error.code == .purgedQueue })
    }

    @Test func shutdownDoesNotKnowAboutWhatIsOnItsWay() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer(flushTimeout: .seconds(1))
        let batch = producer.makeBatch()
        try await running(producer) {
            try await producer.write(["x"], to: broker.partition("t", 0))
            try broker.embedded?.setRoundTrip(.seconds(60))
            try batch.append(topic: broker.topic("t"), value: [1])
        }
        let failure = try #require(await batch.delivered().failures.first)
        #expect(failure.status == .unknown)
        #expect(failure.error.code == .purgedInFlight)
    }

    @Test func producerOutlivesABrokerThatGoesAndComesBack() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let producer = try broker.producer()
        let embedded = try #require(broker.embedded)
        try await running(producer) {
            try await producer.write(["before"], to: broker.partition("t", 0))
            try embedded.setDown()
            let batch = producer.makeBatch()
            try batch.append(topic: broker.topic("t"), partition: 0, value: [1])
            await #expect(throws: KafkaError.self) { try await producer.probe(timeout: .milliseconds(200)) }
            try embedded.setUp()
            let outcome = await batch.delivered()
            #expect(outcome.isDelivered)
            #expect(outcome.position(of: 0)?.offset == 1)
        }
    }
}
