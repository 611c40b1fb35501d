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

    /// Requests about topics the embedded broker does not answer at all.
    @Test func brokerWithoutARequestIsToldOf() async throws {
        let broker = try await TestCluster.embedded.open(("t", 1))
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let partition = broker.partition("t", 0)
        let requests: [(String, @Sendable () async throws -> Void)] = [
            ("deleting records", { _ = try await admin.deleteRecords(before: [partition: 0]) }),
            ("listing groups", { _ = try await admin.groups() }),
            ("listing groups", { _ = try await admin.describeGroup("g") }),
        ]
        for (action, request) in requests {
            let error = await #expect(throws: KafkaError.self) { try await request() }
            #expect(error?.message.contains(action) == true)
            #expect(error?.message.contains("no such request") == true)
            #expect(error?.isRetriable == false)
        }
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
        let description = try await admin.describeTopic(good.name)
        #expect(description.partitions.count == 3)
        #expect(description.partitions.allSatisfy { $0.leader >= 0 && $0.replicas == $0.inSyncReplicas })
        #expect(description.configuration["retention.ms"] == "3600000")
        let removed = try await admin.deleteTopics([good.name, bad.name])
        // The other was never made.
        #expect(Array(removed.keys) == [bad.name])
    }

    @Test(.enabled(if: TestCluster.externalServers != nil, "needs a broker: SIGNET_TEST_KAFKA=host:port"))
    func groupsTellWhoIsInThemAndHowFarTheyCame() async throws {
        let broker = try await TestCluster.external.open(("t", 2))
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let producer = try broker.producer()
        let consumer = try broker.consumer(group: "g", ["group.instance.id": "one", "client.id": "reader"])
        let (first, second) = (broker.partition("t", 0), broker.partition("t", 1))
        let group = "g" + broker.suffix
        try await running(producer, consumer) {
            try await producer.write(["a", "b", "c"], to: first)
            try await consumer.subscribe(to: [broker.topic("t")])
            var reader = EventReader(consumer)
            let epoch = try await reader.assignment().epoch
            _ = try await reader.take(3)
            try consumer.storeOffset(2, of: first, epoch: epoch)
            try await consumer.commit()
            #expect(try await admin.groups().contains(group))
            let description = try await admin.describeGroup(group)
            #expect(description.state == "Stable")
            let member = try #require(description.members.first)
            #expect(description.members.count == 1)
            #expect(member.clientID == "reader" && member.instanceID == "one" && !member.host.isEmpty)
            #expect(Set(member.partitions) == [first, second])
            let offsets = try await admin.offsets(ofGroup: group)
            #expect(Array(offsets.keys) == [first])
            let offset = try #require(offsets[first])
            #expect(offset.committed == 2 && offset.end == 3 && offset.lag == 1)
            #expect(try await admin.describeGroup("none" + broker.suffix).state == "Dead")
        }
    }

    @Test(.enabled(if: TestCluster.externalServers != nil, "needs a broker: SIGNET_TEST_KAFKA=host:port"))
    func recordsThatAreDeletedAreGone() async throws {
        let broker = try await TestCluster.external.open(("t", 1))
        let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let partition = broker.partition("t", 0)
        try await running(producer, consumer) {
            try await producer.write(["a", "b", "c"], to: partition)
            #expect(try await admin.deleteRecords(before: [partition: 2]) == [partition: 2])
            #expect(try await consumer.watermarks(of: partition).low == 2)
            try await consumer.assign([partition: .beginning])
            var reader = EventReader(consumer)
            #expect(try await reader.take(1).compactMap(\.text) == ["c"])
        }
    }
}
