// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import ServiceLifecycle
internal import SignetKafka
internal import SwiftProtobuf

/// Reads every partition of the topic of job states into the index, from where it stopped.
final class JobStateReader: Service {
    private let consumer: KafkaConsumer
    private let topic: String
    private let index: JobStateIndex
    /// Unix milliseconds.
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    /// Librdkafka's settings: a place that Kafka keeps no longer is left for the oldest that it keeps.
    static let settings = KafkaConfiguration([
        "auto.offset.reset": "earliest", "queued.min.messages": "10000", "queued.max.messages.kbytes": "16384",
    ])

    /// Known once all that stood on the topic at the start has been read.
    let current = OneShot<Void>()
    /// How long ago facts were last looked for.
    var pollAge: Duration? { consumer.pollAge }

    init(
        kafka: KafkaConfiguration,
        topic: String,
        index: JobStateIndex,
        clock: @escaping @Sendable () -> Int64,
        logger: Logger
    ) throws(KafkaError) {
        consumer = try KafkaConsumer(
            configuration: kafka.merging(Self.settings),
            // The topic is compacted.
            options: KafkaConsumerOptions(detectsGaps: false),
            metrics: KafkaMetrics(client: "gateway.states"),
            logger: logger
        )
        self.topic = topic
        self.index = index
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.consumer.run() }
            group.addTask { await self.read() }
            group.addTask { await self.trim() }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func read() async {
        // What stood on the topic when reading began, by partition.
        guard var ends = await position() else { return }
        if ends.isEmpty { becomeCurrent() }
        for await event in consumer.events {
            switch event {
            case .records(let batch):
                for (partition, next) in await take(batch) where (ends[partition] ?? .max) <= next {
                    ends[partition] = nil
                }
                if ends.isEmpty, !index.isCurrent { becomeCurrent() }
            case .failed(let error):
                logger.debug("Reading job states met an error", metadata: ["error": "\(error)"])
            case .assigned, .revoking, .lost, .hole: break
            }
        }
    }

    private func becomeCurrent() {
        index.isCurrent = true
        current.resolve(.success(()))
        logger.info("Job states are read")
    }

    /// - Returns: The next offset of each partition.
    private func take(_ batch: KafkaRecordBatch) async -> [Int32: Int64] {
        var facts: [(JobFact, Int64)] = []
        var positions: [Int32: Int64] = [:]
        batch.forEach { record in
            positions[record.partition] = record.offset + 1
            guard let value = record.value, let fact = try? JobFact(serializedBytes: Array(value)),
                JobID(fact.jobID) != nil, fact.fact != nil
            else { return }
            facts.append((fact, record.timestamp ?? clock()))
        }
        await index.load(facts, positions: positions)
        return positions
    }

    /// Begins to read where it stopped; tries until it works or the gateway stops.
    ///
    /// - Returns: For each partition that holds something new, where it ends; `nil`: the gateway stops.
    private func position() async -> [Int32: Int64]? {
        var told: KafkaError.Code?
        while !Task.isCancelled {
            do throws(KafkaError) {
                var known = index.positions()
                var ends: [Int32: Int64] = [:]
                var starts: [KafkaTopicPartition: KafkaOffset] = [:]
                for number in 0..<Int32(clamping: try await consumer.partitionCount(of: topic)) {
                    let partition = KafkaTopicPartition(topic: topic, partition: number)
                    let (low, high) = try await consumer.watermarks(of: partition)
                    if let next = known[number], next > high {
                        logger.warning("The topic of job states was made anew; all is read again")
                        index.clear()
                        known = [:]
                        starts = starts.mapValues { _ in .beginning }
                    }
                    starts[partition] = known[number].map { .at($0) } ?? .beginning
                    if high > max(low, known[number] ?? 0) { ends[number] = high }
                }
                try await consumer.assign(starts)
                return ends
            } catch {
                if error.code == .destroyed { return nil }
                if error.code != told {
                    logger.warning(
                        "Job states not read; will try again",
                        metadata: ["topic": "\(topic)", "error": "\(error)"]
                    )
                    told = error.code
                }
            }
            // Ends early when the gateway stops.
            try? await Task.sleep(for: .seconds(1))
        }
        return nil
    }

    private func trim() async {
        while !Task.isCancelled {
            index.trim(now: clock())
            try? await Task.sleep(for: .seconds(60))
        }
    }
}
