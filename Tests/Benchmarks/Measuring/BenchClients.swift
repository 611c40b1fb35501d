// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Logging
import SignetKafka

/// Clients of a broker that live as long as a body runs, and what else has the same settings.
struct BenchClients: Sendable {
    /// Of librdkafka, beside its defaults.
    let settings: KafkaConfiguration

    static let logger = Logger(label: "signet.bench") { label in
        var handler = StreamLogHandler.standardError(label: label)
        handler.logLevel = .warning
        return handler
    }

    /// Makes topics on a broker that is not ours.
    ///
    /// - Returns: Who can remove them.
    static func make(_ topics: [KafkaAdmin.Topic], on servers: String) async throws -> KafkaAdmin {
        let admin = try KafkaAdmin(
            configuration: KafkaConfiguration(["bootstrap.servers": servers]),
            logger: Self.logger
        )
        for case .failed(let error) in try await admin.createTopics(topics).values { throw error }
        return admin
    }

    /// The environment of a worker or a gateway with the same settings, and a credential that is nobody's.
    ///
    /// - Parameters:
    ///   - folder: Of their state.
    ///   - more: Further variables.
    func environment(topics: TopicNames, stateIn folder: URL, _ more: [String: String]) -> [String: String] {
        var environment = [
            "SIGNET_TOPICS_PREFIX": topics.prefix, "SIGNET_MANAGEMENT_PORT": "0",
            "SIGNET_RETRY_DELAYS": topics.retryDelays.map(String.init).joined(separator: ","),
            "SIGNET_WORKER_GROUP": "\(topics.prefix)workers",
            "SIGNET_WORKER_STATE_DIRECTORY": folder.appending(path: "worker").path,
            "SIGNET_GATEWAY_STATE_DIRECTORY": folder.appending(path: "gateway").path,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ].merging(more) { $1 }
        for (key, value) in settings.sorted {
            environment["SIGNET_KAFKA_" + key.uppercased().replacing(".", with: "_")] = value
        }
        return environment
    }

    /// Runs a producer as long as the body runs.
    func withProducer<Answer>(_ body: (KafkaProducer) async throws -> Answer) async throws -> Answer {
        let producer = try KafkaProducer(configuration: settings, logger: Self.logger)
        async let running: Void = producer.run()
        let answer: Answer
        do {
            answer = try await body(producer)
        } catch {
            producer.stop()
            try await running
            throw error
        }
        producer.stop()
        try await running
        return answer
    }

    /// Runs a consumer that reads partitions of a topic from their ends, or beginnings, as long as the body runs.
    func withConsumer<Answer>(
        of partitions: [KafkaTopicPartition],
        at offset: KafkaOffset,
        _ body: (KafkaConsumer) async throws -> Answer
    ) async throws -> Answer {
        let consumer = try KafkaConsumer(configuration: settings, logger: Self.logger)
        async let running: Void = consumer.run()
        let answer: Answer
        do {
            var positions: [KafkaTopicPartition: KafkaOffset] = [:]
            if offset == .end {
                positions = try await consumer.ends(of: partitions).mapValues { .at($0) }
            } else {
                for partition in partitions { positions[partition] = offset }
            }
            try await consumer.assign(positions)
            answer = try await body(consumer)
        } catch {
            consumer.stop()
            try await running
            throw error
        }
        consumer.stop()
        try await running
        return answer
    }
}
