// SPDX-License-Identifier: Apache-2.0

package import Logging
package import SignetKafka

/// Reads topics of dead letters from their beginning to their present end, without a group: it leaves no trace.
package struct DeadLetterReader: Sendable {
    private let kafka: KafkaConfiguration
    private let logger: Logger

    /// - Parameter kafka: At least `bootstrap.servers`.
    package init(kafka: KafkaConfiguration, logger: Logger) {
        self.kafka = kafka
        self.logger = logger
    }

    /// Lends each letter, in the order of its partition.
    ///
    /// - Parameter body: Answers whether to go on.
    /// - Throws: `KafkaError`, e.g. if a topic does not exist or no broker answers in time.
    package func read(_ topics: [String], _ body: (DeadLetter) async throws -> Bool) async throws {
        var settings = kafka
        settings["group.id"] = nil
        let consumer = try KafkaConsumer(
            configuration: settings,
            options: KafkaConsumerOptions(maximumBatchRecords: 100, maximumOutstandingBatches: 4, detectsGaps: false),
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            let result: Result<Void, any Error>
            do {
                result = .success(try await read(topics, by: consumer, body))
            } catch {
                result = .failure(error)
            }
            consumer.stop()
            try await group.waitForAll()
            try result.get()
        }
    }

    private func read(
        _ topics: [String],
        by consumer: KafkaConsumer,
        _ body: (DeadLetter) async throws -> Bool
    ) async throws {
        var positions: [KafkaTopicPartition: KafkaOffset] = [:]
        // What is still to come, by the offset at which each partition ended when it was asked.
        var ends: [KafkaTopicPartition: Int64] = [:]
        for topic in topics {
            for number in 0..<(try await consumer.partitionCount(of: topic)) {
                let partition = KafkaTopicPartition(topic: topic, partition: Int32(clamping: number))
                let (low, high) = try await consumer.watermarks(of: partition)
                guard high > low else { continue }
                positions[partition] = .at(low)
                ends[partition] = high
            }
        }
        if ends.isEmpty { return }
        try await consumer.assign(positions)
        for await event in consumer.events {
            guard case .records(let batch) = event else {
                if case .failed(let error) = event, error.isFatal { throw error }
                continue
            }
            for index in 0..<batch.count {
                let letter = batch.withRecord(at: index) { DeadLetter($0) }
                guard let end = ends[letter.place.partition] else { continue }
                // Beyond the end stands what came while this was read.
                if letter.place.offset < end, try await !body(letter) { return }
                if letter.place.offset >= end - 1 { ends[letter.place.partition] = nil }
            }
            if ends.isEmpty { return }
        }
    }
}
