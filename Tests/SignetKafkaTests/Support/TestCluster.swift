// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import SignetKafka
import Testing

/// Where a test that needs no fault runs: always on a broker of its own in this process, and also on a real one if the
/// environment names it.
enum TestCluster: String, Sendable, CaseIterable {
    case embedded
    case external

    static let externalServers = ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"]

    static var available: [TestCluster] { externalServers == nil ? [.embedded] : [.embedded, .external] }

    /// Opens the cluster with these topics, whose names get a suffix so that no two tests share one.
    func open(_ topics: (name: String, partitions: Int)...) async throws -> TestBroker {
        let suffix = "-" + UUID().uuidString.prefix(8).lowercased()
        let named = topics.map { (name: $0.name + suffix, partitions: $0.partitions) }
        switch self {
        case .embedded:
            let broker = try EmbeddedBroker(topics: named)
            return TestBroker(embedded: broker, servers: broker.bootstrapServers, suffix: suffix)
        case .external:
            let broker = TestBroker(embedded: nil, servers: Self.externalServers ?? "", suffix: suffix)
            let admin = try KafkaAdmin(configuration: broker.settings(), logger: broker.logger)
            let made = try await admin.createTopics(
                named.map { KafkaAdmin.Topic(name: $0.name, partitions: $0.partitions) }
            )
            for (name, outcome) in made {
                guard case .created = outcome else {
                    Issue.record("topic \(name): \(outcome)")
                    continue
                }
            }
            return broker
        }
    }
}

/// A cluster that is open, and clients for it.
struct TestBroker: Sendable {
    let embedded: EmbeddedBroker?
    let servers: String
    let suffix: String
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func topic(_ name: String) -> String { name + suffix }

    func partition(_ topic: String, _ partition: Int32) -> KafkaTopicPartition {
        KafkaTopicPartition(topic: self.topic(topic), partition: partition)
    }

    /// Settings that find the broker, are quick on it, and notice faults soon.
    func settings(_ more: [String: String] = [:]) -> KafkaConfiguration {
        KafkaConfiguration([
            "bootstrap.servers": servers, "reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "200",
            "retry.backoff.ms": "20", "topic.metadata.refresh.fast.interval.ms": "50",
        ]).merging(KafkaConfiguration(more))
    }

    func producer(_ more: [String: String] = [:], flushTimeout: Duration = .seconds(20)) throws -> KafkaProducer {
        let settings = settings(more).merging(defaults: EmbeddedBroker.recommendedProducerSettings)
        return try KafkaProducer(configuration: settings, flushTimeout: flushTimeout, logger: logger)
    }

    func transactionalProducer(_ name: String) throws -> KafkaTransactionalProducer {
        let settings = settings().merging(defaults: EmbeddedBroker.recommendedProducerSettings)
        return try KafkaTransactionalProducer(transactionalID: name + suffix, configuration: settings, logger: logger)
    }

    func consumer(
        group: String? = nil,
        _ more: [String: String] = [:],
        options: KafkaConsumerOptions = KafkaConsumerOptions()
    ) throws -> KafkaConsumer {
        var settings = settings(more).merging(defaults: EmbeddedBroker.recommendedClientSettings)
            .merging(defaults: KafkaConfiguration(["heartbeat.interval.ms": "300"]))
        if let group { settings["group.id"] = group + suffix }
        return try KafkaConsumer(configuration: settings, options: options, logger: logger)
    }
}
