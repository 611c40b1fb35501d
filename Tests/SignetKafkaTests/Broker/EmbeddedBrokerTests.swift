// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(1))) struct EmbeddedBrokerTests {
    @Test func listensOnTheLoopbackOnly() throws {
        let broker = try EmbeddedBroker(brokers: 3)
        let servers = broker.bootstrapServers.split(separator: ",")
        #expect(servers.count == 3)
        #expect(Set(servers).count == 3)
        #expect(servers.allSatisfy { $0.hasPrefix("127.0.0.1:") })
    }

    @Test func twoBrokersShareNothing() async throws {
        let first = try await TestCluster.embedded.open(("t", 2))
        let second = try await TestCluster.embedded.open(("t", 5))
        let (one, other) = (try first.producer(), try second.producer())
        try await running(one, other) {
            let counts = [
                try await one.partitionCount(of: first.topic("t"), timeout: .seconds(20)),
                try await other.partitionCount(of: second.topic("t"), timeout: .seconds(20)),
            ]
            #expect(counts == [2, 5])
        }
    }

    @Test func topicThatExistsIsNotMadeAgain() throws {
        let broker = try EmbeddedBroker(topics: [("t", 1)])
        let error = #expect(throws: KafkaError.self) { try broker.createTopic("t", partitions: 1) }
        #expect(error?.code == .topicAlreadyExists)
    }

    @Test(arguments: [("t", 0), ("t", -1), ("t", Int.max), ("t", Int.min), ("", 1)])
    func topicOfAWrongShapeIsRefused(name: String, partitions: Int) {
        let error = #expect(throws: KafkaError.self) { try EmbeddedBroker(topics: [(name, partitions)]) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [0, -1, Int.max, Int.min])
    func numberOfBrokersIsBounded(brokers: Int) {
        let error = #expect(throws: KafkaError.self) { try EmbeddedBroker(brokers: brokers) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func closedBrokerSaysSo() throws {
        let broker = try EmbeddedBroker()
        broker.close()
        broker.close()
        let calls: [() throws -> Void] = [
            { try broker.createTopic("t", partitions: 1) }, { try broker.setDown() }, { try broker.setUp() },
            { try broker.failNext(Request.produce, with: [.timedOut]) }, { try broker.setError(.timedOut, topic: "t") },
            { try broker.setRoundTrip(.seconds(1)) },
        ]
        for call in calls {
            let error = #expect(throws: KafkaError.self) { try call() }
            #expect(error?.code == .destroyed)
        }
    }

    @Test func brokerThatIsNotThereIsRefused() throws {
        let broker = try EmbeddedBroker()
        #expect(throws: KafkaError.self) { try broker.setDown(broker: 99) }
    }
}
