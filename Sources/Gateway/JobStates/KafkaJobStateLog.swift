// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import SignetKafka
internal import SwiftProtobuf

/// Facts and results on Kafka.
struct KafkaJobStateLog: JobStateLog {
    let producer: KafkaProducer
    let topics: TopicNames
    let results: any RecordArchive
    let logger: Logger

    func tell(_ fact: JobFact) async {
        guard let value = try? WireFormat.protobuf.encode(fact) else { return }
        _ = await write(topic: topics.jobStates, key: fact.key, value)
    }

    func keep(_ reply: Reply, of id: JobID) async -> RecordPlace? {
        guard let value = try? WireFormat.protobuf.encode(reply) else { return nil }
        return await write(topic: topics.results, key: id.description, value)
    }

    func results(at places: [RecordPlace]) async throws(JobStateError) -> [Reply] {
        let values: [[UInt8]]
        do throws(RecordReadError) {
            values = try await results.read(places)
        } catch {
            throw error == .gone ? .gone : .unavailable
        }
        var replies: [Reply] = []
        for value in values {
            guard let reply = try? Reply(serializedBytes: value) else { throw .gone }
            replies.append(reply)
        }
        return replies
    }

    /// Bounded by the producer's `message.timeout.ms`.
    private func write(topic: String, key: String, _ value: [UInt8]) async -> RecordPlace? {
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
        return RecordPlace(outcome.position(of: 0))
    }
}
