// SPDX-License-Identifier: Apache-2.0

import Logging
import SignetKafka

/// Clients of a broker that live as long as a body runs.
struct BenchClients: Sendable {
    /// Of librdkafka, beside its defaults.
    let settings: KafkaConfiguration

    static let logger = Logger(label: "signet.bench") { label in
        var handler = StreamLogHandler.standardError(label: label)
        handler.logLevel = .warning
        return handler
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
