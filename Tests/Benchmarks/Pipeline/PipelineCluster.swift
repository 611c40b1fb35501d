// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka

/// The broker of a run, embedded or somebody's, with topics of the run's own.
final class PipelineCluster: Sendable {
    let bootstrapServers: String
    let topics: TopicNames
    /// Where the echo writes.
    let echo: (replies: String, events: String)
    /// For replies that are told apart from those of requests.
    let bulkReplies: String
    private let embedded: EmbeddedBroker?
    private let admin: KafkaAdmin?
    private let observer: KafkaConsumer
    private let names: [String]

    /// - Parameter servers: A broker; `nil`: an embedded one.
    init(_ servers: String?) async throws {
        topics = TopicNames(prefix: "bench\(UUID().uuidString.prefix(8).lowercased()).", retryDelays: [])
        echo = (replies: topics.prefix + "replies.echo", events: topics.prefix + "metrics.echo")
        bulkReplies = topics.prefix + "replies.bulk"
        let specifications =
            topics.specifications.map { [topics] topic in
                KafkaAdmin.Topic(
                    name: topic.name,
                    partitions: topic.name == topics.bulkJobs ? Self.bulkPartitions : topic.partitions,
                    configuration: topic.configuration
                )
            } + [
                KafkaAdmin.Topic(name: echo.replies, partitions: 12),
                KafkaAdmin.Topic(name: echo.events, partitions: 6),
                KafkaAdmin.Topic(name: bulkReplies, partitions: 12),
            ]
        names = specifications.map(\.name)
        if let servers {
            embedded = nil
            bootstrapServers = servers
            admin = try await BenchClients.make(specifications, on: servers)
        } else {
            let broker = try EmbeddedBroker(topics: specifications.map { ($0.name, $0.partitions) })
            embedded = broker
            admin = nil
            bootstrapServers = broker.bootstrapServers
        }
        observer = try KafkaConsumer(
            configuration: KafkaConfiguration(["bootstrap.servers": bootstrapServers]),
            logger: BenchClients.logger
        )
    }

    /// More than usual, for an embedded broker holds 5 MiB in each.
    static let bulkPartitions = 96

    var isEmbedded: Bool { embedded != nil }

    /// Removes the run's topics from a broker that is not ours.
    func clear() async throws {
        guard let admin else { return }
        if let error = try await admin.deleteTopics(names).values.first { throw error }
    }

    /// Settings of librdkafka for all clients of a run beside their defaults.
    var clientSettings: KafkaConfiguration {
        var settings = KafkaConfiguration([
            "bootstrap.servers": bootstrapServers,
            // Those who are stopped while the other is measured remain members.
            "session.timeout.ms": "60000", "max.poll.interval.ms": "600000",
        ])
        // The embedded broker answers an empty fetch only after this time.
        if isEmbedded { settings["fetch.wait.max.ms"] = "2" }
        return settings
    }

    /// How many records were ever written to a topic.
    func written(to topic: String, partitions: Int) async throws -> Int {
        Int(try await ends(of: topic, partitions: partitions).reduce(0, +))
    }

    /// The next offsets to be written, by partition.
    func ends(of topic: String, partitions: Int) async throws -> [Int64] {
        let partitions = (0..<partitions).map { KafkaTopicPartition(topic: topic, partition: Int32($0)) }
        let ends = try await observer.ends(of: partitions)
        return partitions.map { ends[$0] ?? 0 }
    }

    /// Clients for the time of a body.
    var clients: BenchClients { BenchClients(settings: clientSettings) }
}
