// SPDX-License-Identifier: Apache-2.0

package import Logging
package import SignetKafka

/// Reads topics from their beginning, or from a time on, to where they end now.
package struct TopicReader: Sendable {
    private let kafka: KafkaConfiguration
    private let logger: Logger

    /// - Parameter kafka: At least `bootstrap.servers`.
    package init(kafka: KafkaConfiguration, logger: Logger) {
        self.kafka = kafka
        self.logger = logger
    }

    /// Lends what is made of each record, in the order of its partition.
    ///
    /// - Parameters:
    ///   - start: Unix milliseconds of the first records; `nil`: all. A broker that finds no offsets for times gives all.
    ///   - decode: What a record is made into.
    ///   - body: Answers whether to go on.
    /// - Throws: `KafkaError`, e.g. if a topic does not exist or no broker answers in time.
    package func read<Value: Sendable>(
        _ topics: [String],
        since start: Int64? = nil,
        _ decode: (borrowing KafkaRecord) -> Value,
        _ body: (Value) async throws -> Bool
    ) async throws {
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
                result = .success(try await read(topics, since: start, by: consumer, decode, body))
            } catch {
                result = .failure(error)
            }
            consumer.stop()
            try await group.waitForAll()
            try result.get()
        }
    }

    private func read<Value: Sendable>(
        _ topics: [String],
        since start: Int64?,
        by consumer: KafkaConsumer,
        _ decode: (borrowing KafkaRecord) -> Value,
        _ body: (Value) async throws -> Bool
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
        if let start, let offsets = try? await consumer.offsets(at: positions.mapValues { _ in max(0, start) }) {
            let young = offsets.filter { partition, offset in ends[partition].map { offset < $0 } ?? false }
            // Where there is none in any partition, the broker may know no times: then all is read.
            if !young.isEmpty {
                positions = young.mapValues { .at($0) }
                ends = ends.filter { young[$0.key] != nil }
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
                let (value, partition, offset) = batch.withRecord(at: index) { record in
                    (
                        decode(record), KafkaTopicPartition(topic: record.topic, partition: record.partition),
                        record.offset
                    )
                }
                guard let end = ends[partition] else { continue }
                // Beyond the end stands what came while this was read.
                if offset < end, try await !body(value) { return }
                if offset >= end - 1 { ends[partition] = nil }
            }
            if ends.isEmpty { return }
        }
    }
}
