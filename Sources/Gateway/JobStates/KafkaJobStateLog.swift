// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import SignetKafka
internal import SwiftProtobuf

/// Facts and results on Kafka.
struct KafkaJobStateLog: JobStateLog {
    let producer: KafkaProducer
    let topics: TopicNames
    let results: ResultReader
    let logger: Logger

    func tell(_ fact: JobFact) async {
        guard let value = try? WireFormat.protobuf.encode(fact) else { return }
        _ = await write(topic: topics.jobStates, key: fact.key, value)
    }

    func keep(_ reply: Reply, of id: JobID) async -> (partition: Int32, offset: Int64)? {
        guard let value = try? WireFormat.protobuf.encode(reply) else { return nil }
        return await write(topic: topics.results, key: id.description, value)
    }

    func result(partition: Int32, offset: Int64) async throws(JobStateError) -> Reply {
        try await results.read(partition: partition, offset: offset)
    }

    /// Bounded by the producer's `message.timeout.ms`.
    private func write(topic: String, key: String, _ value: [UInt8]) async -> (partition: Int32, offset: Int64)? {
        let batch = producer.makeBatch(minimumCapacity: 1)
        do throws(KafkaError) {
            try batch.append(topic: topic, key: Array(key.utf8), value: value)
        } catch {
            logger.warning("A job's state could not be written", metadata: ["code": "\(error.code)"])
            return nil
        }
        let outcome = await batch.delivered()
        if let failure = outcome.failures.first {
            logger.warning("A job's state could not be written", metadata: ["code": "\(failure.error.code)"])
        }
        return outcome.position(of: 0)
    }
}
