// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import ServiceLifecycle
internal import SignetKafka
internal import SwiftProtobuf
internal import Synchronization

/// Reads single records of the results by their places, one after the other.
final class ResultReader: Service {
    private struct Question: Sendable {
        let partition: KafkaTopicPartition
        let offset: Int64
        let answer: CheckedContinuation<Result<Reply, JobStateError>, Never>
    }

    private let consumer: KafkaConsumer
    private let topic: String
    private let questions: AsyncStream<Question>
    private let asks: AsyncStream<Question>.Continuation

    /// How long one record may take to come.
    private static let patience = Duration.seconds(5)
    /// Questions that wait at the same time, at most.
    private static let maximumWaiting = 1_000

    /// Librdkafka's settings: what is gone is said, and little is fetched beside what is asked for. A queue that is full stops
    /// the next question for a second, so it is not the queue's bounds that say how much.
    static let settings = KafkaConfiguration([
        "auto.offset.reset": "error", "fetch.message.max.bytes": "65536", "fetch.wait.max.ms": "10",
        "queued.min.messages": "100000", "queued.max.messages.kbytes": "65536",
    ])

    init(kafka: KafkaConfiguration, topic: String, logger: Logger) throws(KafkaError) {
        consumer = try KafkaConsumer(
            configuration: kafka.merging(Self.settings),
            options: KafkaConsumerOptions(maximumBatchRecords: 1, detectsGaps: false),
            logger: logger
        )
        self.topic = topic
        (questions, asks) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
    }

    /// Reads one record.
    func read(partition: Int32, offset: Int64) async throws(JobStateError) -> Reply {
        let result = await withCheckedContinuation { continuation in
            let question = Question(
                partition: KafkaTopicPartition(topic: topic, partition: partition),
                offset: offset,
                answer: continuation
            )
            switch asks.yield(question) {
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
            // What follows the record is nobody's wish.
            try? await consumer.pause([question.partition])
        }
    }

    /// An assignment is an event of its own: what comes before it belongs to an earlier question, and an empty one ends the
    /// wait.
    private func find(
        _ question: Question,
        among events: inout KafkaConsumerEvents.Iterator
    ) async -> Result<Reply, JobStateError> {
        do throws(KafkaError) {
            try await consumer.assign([question.partition: .at(question.offset)])
        } catch {
            return .failure(.unavailable)
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
                if isAssigned { return .failure(.unavailable) }
            case .assigned: isAssigned = true
            case .records(let batch) where isAssigned:
                return batch.withRecord(at: 0) { record in
                    guard record.offset == question.offset, record.partition == question.partition.partition,
                        let value = record.value, let reply = try? Reply(serializedBytes: Array(value))
                    else { return .failure(.gone) }
                    return .success(reply)
                }
            // The offset is not kept any more.
            case .failed(let error) where isAssigned && error.code.rawValue == -140: return .failure(.gone)
            case .records, .failed, .revoking, .lost, .hole: break
            }
        }
        return .failure(.unavailable)
    }
}
