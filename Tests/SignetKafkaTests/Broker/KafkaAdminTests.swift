// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaAdminTests {
    @Test func requestThatNobodyAnswersIsAnError() async throws {
        let broker = try await TestCluster.embedded.open()
        broker.embedded?.close()
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let error = await #expect(throws: KafkaError.self) {
            try await admin.createTopics([.init(name: "t", partitions: 1)], timeout: .milliseconds(500))
        }
        #expect(error?.isRetriable == true)
    }

    @Test func topicOfAnImpossibleShapeIsRefusedByName() async throws {
        let broker = try await TestCluster.embedded.open()
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let error = await #expect(throws: KafkaError.self) {
            try await admin.createTopics([.init(name: "none", partitions: -5)], timeout: .seconds(1))
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("none") == true)
    }

    /// The embedded broker has no admin requests.
    @Test(.enabled(if: TestCluster.externalServers != nil, "needs a broker: SIGNET_TEST_KAFKA=host:port"))
    func topicsAreMadeOnceWithTheirConfiguration() async throws {
        let broker = try await TestCluster.external.open()
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let good = KafkaAdmin.Topic(
            name: broker.topic("good"),
            partitions: 3,
            configuration: ["retention.ms": "3600000"]
        )
        let bad = KafkaAdmin.Topic(name: broker.topic("bad"), partitions: 1, configuration: ["no.such": "setting"])
        let first = try await admin.createTopics([good, bad])
        guard case .created? = first[good.name], case .failed(let error)? = first[bad.name] else {
            throw EventReader.Ended(description: "\(first)")
        }
        #expect(error.message.contains(bad.name))
        let second = try await admin.createTopics([good])
        guard case .existed? = second[good.name] else { throw EventReader.Ended(description: "\(second)") }
        let producer = try broker.producer()
        #expect(try await producer.partitionCount(of: good.name) == 3)
    }
}
