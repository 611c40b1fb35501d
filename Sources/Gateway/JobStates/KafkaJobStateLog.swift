// SPDX-License-Identifier: Apache-2.0

package import Contract
package import Logging
internal import ServiceLifecycle
package import SignetKafka
internal import SwiftProtobuf
internal import Synchronization

/// Facts and results on Kafka. A fact that Kafka does not take is told again until it does, or until this gateway ends.
package final class KafkaJobStateLog: JobStateLog, Service {
    /// Facts that wait to be told at most.
    private static let capacity = 10_000
    private static let pause = Duration.seconds(1)

    private let producer: KafkaProducer
    private let topics: TopicNames
    private let results: any RecordArchive
    private let logger: Logger
    private let untold = Mutex<[JobFact]>([])
    private let (news, newsFollower) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(producer: KafkaProducer, topics: TopicNames, results: any RecordArchive, logger: Logger) {
        self.producer = producer
        self.topics = topics
        self.results = results
        self.logger = logger
    }

    package func tell(_ fact: JobFact) async {
        do throws(KafkaError) {
            try await write(fact)
        } catch {
            let isKept =
                error.isRetriable
                && untold.withLock { untold in
                    guard untold.count < Self.capacity else { return false }
                    untold.append(fact)
                    return true
                }
            logger.warning(
                "A job's state could not be written",
                metadata: ["code": "\(error.code)", "isToldAgain": "\(isKept)"]
            )
            if isKept { newsFollower.yield() }
        }
    }

    /// Tells again what could not be told, the oldest first.
    package func run() async {
        await cancelWhenGracefulShutdown {
            for await _ in self.news { await self.tellAgain() }
        }
    }

    private func tellAgain() async {
        while !Task.isCancelled, let fact = untold.withLock({ $0.first }) {
            do throws(KafkaError) {
                try await write(fact)
            } catch  where error.isRetriable {
                try? await Task.sleep(for: Self.pause)
                continue
            } catch {
                logger.warning("A job's state could not be written", metadata: ["code": "\(error.code)"])
            }
            untold.withLock { _ = $0.removeFirst() }
        }
    }

    private func write(_ fact: JobFact) async throws(KafkaError) {
        guard let value = try? WireFormat.protobuf.encode(fact) else { return }
        _ = try await write(topic: topics.jobStates, key: fact.key, value)
    }

    package func keep(_ reply: Reply, of id: JobID) async -> RecordPlace? {
        guard let value = try? WireFormat.protobuf.encode(reply) else { return nil }
        do throws(KafkaError) {
            return try await write(topic: topics.results, key: id.description, value)
        } catch {
            logger.warning("A job's result could not be written", metadata: ["code": "\(error.code)"])
            return nil
        }
    }

    package func results(at places: [RecordPlace]) async throws(JobStateError) -> [Reply] {
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
    ///
    /// - Returns: `nil`: it is written, but nobody says where.
    private func write(topic: String, key: String, _ value: [UInt8]) async throws(KafkaError) -> RecordPlace? {
        let batch = producer.makeBatch(minimumCapacity: 1)
        try batch.append(topic: topic, key: Array(key.utf8), value: value)
        let outcome = await batch.delivered()
        if let failure = outcome.failures.first { throw failure.error }
        return RecordPlace(outcome.position(of: 0))
    }
}
