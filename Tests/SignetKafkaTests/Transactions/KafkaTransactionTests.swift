// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

/// Records and offsets in transactions. The embedded broker answers all requests of transactions but shows aborted records:
/// what readers of committed records see is asked of a real one.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaTransactionTests {
    /// Opens a topic `in` with three records that a member of a group has read, and runs `body` with their position.
    private func withConsumedRecords(
        on cluster: TestCluster = .embedded,
        _ body: (TestBroker, KafkaConsumer, KafkaTransactionalProducer, KafkaPosition) async throws -> Void
    ) async throws {
        let broker = try await cluster.open(("in", 1), ("out", 1))
        let plain = try broker.producer()
        let consumer = try broker.consumer(group: "g", ["enable.auto.commit": "false"])
        let transactional = try broker.transactionalProducer("writer")
        try await running(plain, consumer) {
            try await plain.write(["a", "b", "c"], to: broker.partition("in", 0))
            try await consumer.subscribe(to: [broker.topic("in")])
            var reader = EventReader(consumer)
            let epoch = try await reader.assignment().epoch
            _ = try await reader.take(3)
            async let rest: Void = {
                var reader = reader; await reader.drain()
            }()
            let position = KafkaPosition(partition: broker.partition("in", 0), next: 3, epoch: epoch)
            do {
                try await running(transactional) {
                    try await transactional.initialize()
                    try await body(broker, consumer, transactional, position)
                }
            } catch {
                consumer.stop()
                throw error
            }
            consumer.stop()
            await rest
        }
    }

    /// The embedded broker answers offsets of transactions, but keeps none.
    private func expectCommitted(
        _ offset: Int64?,
        of position: KafkaPosition,
        by consumer: KafkaConsumer,
        on broker: TestBroker
    ) async throws {
        if broker.embedded != nil { return }
        let found = try await consumer.committed([position.partition])
        #expect(found[position.partition] == offset)
    }

    @Test(arguments: TestCluster.available)
    func recordsAndOffsetsAreCommittedTogether(on cluster: TestCluster) async throws {
        try await withConsumedRecords(on: cluster) { broker, consumer, producer, position in
            try await expectCommitted(nil, of: position, by: consumer, on: broker)
            let outcome = await producer.transact([position], of: consumer) { batch throws(KafkaError) in
                for text in ["x", "y"] { try batch.append(topic: broker.topic("out"), value: Array(text.utf8)) }
            }
            try #require(outcome.isCommitted, "\(outcome)")
            try await expectCommitted(3, of: position, by: consumer, on: broker)
            let seen = try await read(2, from: broker)
            #expect(seen == ["x", "y"])
        }
    }

    private func read(_ count: Int, from broker: TestBroker) async throws -> [String] {
        // The markers of transactions are offsets without records.
        let consumer = try broker.consumer(
            ["isolation.level": "read_committed"],
            options: KafkaConsumerOptions(detectsGaps: false)
        )
        return try await running(consumer) {
            try await consumer.assign([broker.partition("out", 0): .beginning])
            var reader = EventReader(consumer)
            return try await reader.take(count).compactMap(\.text)
        }
    }

    @Test func brokersErrorThatMayPassIsWaitedOut() async throws {
        try await withConsumedRecords { broker, consumer, producer, position in
            try broker.embedded?.failNext(
                Request.addPartitionsToTransaction,
                with: [.concurrentTransactions, .coordinatorNotAvailable]
            )
            try broker.embedded?.failNext(Request.transactionalOffsetCommit, with: [.coordinatorNotAvailable])
            try broker.embedded?.failNext(Request.endTransaction, with: [.coordinatorNotAvailable])
            let outcome = await producer.transact([position], of: consumer) { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: [1])
            }
            try #require(outcome.isCommitted, "\(outcome)")
            try await expectCommitted(3, of: position, by: consumer, on: broker)
        }
    }

    @Test(arguments: [
        (Request.addPartitionsToTransaction, KafkaError.Code.topicAuthorizationFailed),
        (Request.addOffsetsToTransaction, KafkaError.Code.groupAuthorizationFailed),
        (Request.transactionalOffsetCommit, KafkaError.Code.groupAuthorizationFailed),
    ])
    func errorThatAsksForItAbortsAndTheProducerGoesOn(request: Int16, code: KafkaError.Code) async throws {
        try await withConsumedRecords { broker, consumer, producer, position in
            try broker.embedded?.failNext(request, with: [code])
            let first = await producer.transact([position], of: consumer) { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: [1])
            }
            let error = try #require(first.abortReason, "\(first)")
            #expect(error.transactionRemedy == .abort)
            #expect(error.code == code)
            try await expectCommitted(nil, of: position, by: consumer, on: broker)
            let second = await producer.transact([position], of: consumer) { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: [2])
            }
            try #require(second.isCommitted, "\(second)")
            try await expectCommitted(3, of: position, by: consumer, on: broker)
        }
    }

    @Test func fatalErrorNeedsANewProducerOfTheSameName() async throws {
        let broker = try await TestCluster.embedded.open(("out", 1))
        let fenced = try broker.transactionalProducer("writer")
        await #expect(throws: KafkaError.self) {
            try await running(fenced) {
                try await fenced.initialize()
                try broker.embedded?.failNext(Request.addPartitionsToTransaction, with: [.producerFenced])
                let outcome = await fenced.transact { batch throws(KafkaError) in
                    try batch.append(topic: broker.topic("out"), value: [1])
                }
                guard case .unknown(let error) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(error.isFatal)
                #expect(error.transactionRemedy == .makeNewProducer)
            }
        }
        let successor = try broker.transactionalProducer("writer")
        try await running(successor) {
            try await successor.initialize()
            let outcome = await successor.transact { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: [2])
            }
            try #require(outcome.isCommitted, "\(outcome)")
        }
    }

    @Test(arguments: TestCluster.available)
    func whatTheCallerRefusesToWriteAborts(on cluster: TestCluster) async throws {
        try await withConsumedRecords(on: cluster) { broker, consumer, producer, position in
            let outcome = await producer.transact([position], of: consumer) { _ throws(KafkaError) in
                throw KafkaError(code: .messageTooLarge, message: "too large")
            }
            let error = try #require(outcome.abortReason, "\(outcome)")
            #expect(error.code == .messageTooLarge)
            try await expectCommitted(nil, of: position, by: consumer, on: broker)
        }
    }

    @Test(arguments: TestCluster.available)
    func offsetsOfAnAssignmentThatEndedAreNotCommitted(on cluster: TestCluster) async throws {
        try await withConsumedRecords(on: cluster) { broker, consumer, producer, position in
            try await consumer.seek(to: [position.partition: .at(0)])
            let outcome = await producer.transact([position], of: consumer) { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: [1])
            }
            let error = try #require(outcome.abortReason, "\(outcome)")
            #expect(error.code == .state)
            try await expectCommitted(nil, of: position, by: consumer, on: broker)
        }
    }

    @Test func stepsOutOfOrderAreErrors() async throws {
        let broker = try await TestCluster.embedded.open(("out", 1))
        let producer = try broker.transactionalProducer("writer")
        try await running(producer) {
            let early = await #expect(throws: KafkaError.self) { try await producer.begin() }
            #expect(early?.code == .state)
            try await producer.initialize()
            let idle = await #expect(throws: KafkaError.self) { try await producer.commit(timeout: .seconds(1)) }
            #expect(idle?.code == .state)
            try await producer.begin()
            let again = await #expect(throws: KafkaError.self) { try await producer.begin() }
            #expect(again?.code == .state)
            try await producer.abort()
            try await producer.begin()
            try await producer.commit()
        }
    }

    @Test func brokerThatDoesNotAnswerIsGivenUpInTime() async throws {
        let broker = try await TestCluster.embedded.open(("out", 1))
        let producer = try broker.transactionalProducer("writer")
        try broker.embedded?.setDown()
        try await running(producer) {
            let error = await #expect(throws: KafkaError.self) {
                try await producer.initialize(timeout: .milliseconds(300))
            }
            #expect(error?.transactionRemedy == .repeatCall)
            try broker.embedded?.setUp()
            try await producer.initialize()
        }
    }

    @Test func aNameIsNeededAndOnlyHere() async throws {
        let broker = try await TestCluster.embedded.open()
        let empty = #expect(throws: KafkaError.self) {
            try KafkaTransactionalProducer(
                transactionalID: "",
                configuration: broker.settings(),
                logger: broker.logger
            )
        }
        #expect(empty?.code == .invalidArgument)
        let plain = #expect(throws: KafkaError.self) { try broker.producer(["transactional.id": "x"]) }
        #expect(plain?.message.contains("transactional.id") == true)
    }

    @Test(arguments: [
        (KafkaError(code: .timedOut, message: "", isRetriable: true), KafkaError.TransactionRemedy.repeatCall),
        (KafkaError(code: .state, message: "", requiresAbort: true), .abort),
        (KafkaError(code: .state, message: "", isRetriable: true, requiresAbort: true), .abort),
        (KafkaError(code: .state, message: "", isRetriable: true, isFatal: true), .makeNewProducer),
        (KafkaError(code: .state, message: ""), .makeNewProducer),
    ])
    func errorsSayHowToGoOn(error: KafkaError, remedy: KafkaError.TransactionRemedy) {
        #expect(error.transactionRemedy == remedy)
    }

    @Test(.enabled(if: TestCluster.externalServers != nil, "needs a broker: SIGNET_TEST_KAFKA=host:port"))
    func readersOfCommittedRecordsNeverSeeAbortedOnes() async throws {
        let broker = try await TestCluster.external.open(("out", 1))
        let first = try broker.transactionalProducer("writer")
        try await running(first) {
            try await first.initialize()
            try await first.begin()
            try first.makeBatch().append(topic: broker.topic("out"), value: Array("aborted".utf8))
            try await first.abort()
            try await first.begin()
            let left = first.makeBatch()
            try left.append(topic: broker.topic("out"), value: Array("left open".utf8))
            _ = await left.delivered()
        }
        let second = try broker.transactionalProducer("writer")
        try await running(second) {
            try await second.initialize()
            let outcome = await second.transact { batch throws(KafkaError) in
                try batch.append(topic: broker.topic("out"), value: Array("committed".utf8))
            }
            try #require(outcome.isCommitted, "\(outcome)")
        }
        let seen = try await read(1, from: broker)
        #expect(seen == ["committed"])
    }
}

extension KafkaTransactionOutcome {
    fileprivate var isCommitted: Bool { if case .committed = self { true } else { false } }
    fileprivate var abortReason: KafkaError? { if case .aborted(let error) = self { error } else { nil } }
}
