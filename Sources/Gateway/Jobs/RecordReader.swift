// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import ServiceLifecycle
internal import SignetKafka

/// Reads back single records whose places are known, one question after the other.
final class RecordReader: Service {
    private struct Question: Sendable {
        let topic: String
        let places: [RecordPlace]
        let answer: CheckedContinuation<Result<[[UInt8]], RecordReadError>, Never>
    }

    private let consumer: KafkaConsumer
    private let questions: AsyncStream<Question>
    private let asks: AsyncStream<Question>.Continuation

    /// How long the records of one round may take to come.
    private static let patience = Duration.seconds(5)
    /// Questions that wait at the same time, at most.
    private static let maximumWaiting = 1_000

    /// Librdkafka's settings: what is gone is said, and little is fetched beside what is asked for. A queue that is full stops
    /// the next question for a second, so it is not the queue's bounds that say how much.
    static let settings = KafkaConfiguration([
        "auto.offset.reset": "error", "fetch.message.max.bytes": "65536", "fetch.wait.max.ms": "10",
        "queued.min.messages": "100000", "queued.max.messages.kbytes": "65536",
    ])

    init(kafka: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        consumer = try KafkaConsumer(
            configuration: kafka.merging(Self.settings),
            options: KafkaConsumerOptions(maximumBatchRecords: 16, detectsGaps: false),
            logger: logger
        )
        (questions, asks) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
    }

    /// Reads records of one topic.
    ///
    /// - Returns: Their values, in the order of `places`.
    func read(_ places: [RecordPlace], of topic: String) async throws(RecordReadError) -> [[UInt8]] {
        let result = await withCheckedContinuation { continuation in
            switch asks.yield(Question(topic: topic, places: places, answer: continuation)) {
            case .enqueued: break
            default: continuation.resume(returning: .failure(.unavailable))
            }
        }
        return try result.get()
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.asks.finish() }
                try await self.consumer.run()
            }
            group.addTask { await self.answer() }
            try await group.waitForAll()
        }
    }

    private func answer() async {
        var events = consumer.events.makeAsyncIterator()
        for await question in questions {
            question.answer.resume(returning: await find(question, among: &events))
        }
    }

    private func find(
        _ question: Question,
        among events: inout KafkaConsumerEvents.Iterator
    ) async -> Result<[[UInt8]], RecordReadError> {
        var search = RecordSearch(question.places)
        do throws(RecordReadError) {
            while let starts = search.beginRound() {
                try await read(&search, of: question.topic, from: starts, among: &events)
            }
            return .success(question.places.map { search.found[$0] ?? [] })
        } catch {
            return .failure(error)
        }
    }

    /// Reads until a round has found what it looks for.
    ///
    /// An assignment is an event of its own: what comes before it belongs to an earlier round, and an empty one ends the
    /// wait.
    private func read(
        _ search: inout RecordSearch,
        of topic: String,
        from starts: [RecordPlace],
        among events: inout KafkaConsumerEvents.Iterator
    ) async throws(RecordReadError) {
        let partitions = starts.map { KafkaTopicPartition(topic: topic, partition: $0.partition) }
        do throws(KafkaError) {
            try await consumer.assign(
                Dictionary(zip(partitions, starts.map { .at($0.offset) }), uniquingKeysWith: { first, _ in first })
            )
        } catch {
            throw .unavailable
        }
        let timer = Task { [consumer] in
            try await Task.sleep(for: Self.patience)
            try await consumer.assign([:])
        }
        defer { timer.cancel() }
        var isAssigned = false
        while let event = await events.next() {
            switch event {
            case .assigned(let partitions, _) where partitions.isEmpty:
                if isAssigned { throw .unavailable }
            case .assigned: isAssigned = true
            case .records(let batch) where isAssigned:
                var isGone = false
                batch.forEach { record in
                    let place = RecordPlace(partition: record.partition, offset: record.offset)
                    if !search.take(record.value, at: place) { isGone = true }
                }
                if isGone { throw .gone }
                guard search.isRoundOver else { continue }
                // What follows the records is nobody's wish.
                try? await consumer.pause(partitions)
                return
            // The offset is not kept any more.
            case .failed(let error) where isAssigned && error.code.rawValue == -140: throw .gone
            case .records, .failed, .revoking, .lost, .hole: break
            }
        }
        throw .unavailable
    }
}

/// Why a record could not be read.
package enum RecordReadError: Error, Sendable {
    /// Kafka keeps it no longer.
    case gone
    /// Kafka does not answer.
    case unavailable
}

/// Records of one topic, read back by their places.
package protocol RecordArchive: Sendable {
    /// - Returns: The values, in the order of `places`.
    func read(_ places: [RecordPlace]) async throws(RecordReadError) -> [[UInt8]]
}

/// A topic on Kafka.
struct KafkaRecordArchive: RecordArchive {
    let reader: RecordReader
    let topic: String

    func read(_ places: [RecordPlace]) async throws(RecordReadError) -> [[UInt8]] {
        try await reader.read(places, of: topic)
    }
}
