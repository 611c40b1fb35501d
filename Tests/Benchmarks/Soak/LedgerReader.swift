// SPDX-License-Identifier: Apache-2.0

import Contract
import SignetKafka

/// Reads from Kafka how jobs ended: replies, results and dead letters.
struct LedgerReader {
    let cluster: SoakCluster
    let ledger: Ledger

    /// Reads until it is cancelled.
    func run() async throws {
        let topics = [
            cluster.replyTopic, cluster.topics.results, TopicNames.deadLetters(of: cluster.topics.signingJobs),
        ]
        let partitions = topics.flatMap { topic in
            (0..<12).map { KafkaTopicPartition(topic: topic, partition: Int32($0)) }
        }
        try await cluster.clients.withConsumer(of: partitions, at: .beginning) { consumer in
            try await withTaskCancellationHandler {
                for await case .records(let batch) in consumer.events {
                    for index in 0..<batch.count { try batch.withRecord(at: index) { try read($0) } }
                }
            } onCancel: {
                consumer.stop()
            }
        }
    }

    private func read(_ record: borrowing KafkaRecord) throws {
        let topic = record.topic
        let time = record.timestamp ?? 0
        func end(_ job: String, _ end: Ledger.End) {
            ledger.end(job, Ledger.Told(end: end, by: topic, time: time))
        }
        if topic == TopicNames.deadLetters(of: cluster.topics.signingJobs) {
            guard let key = record.key else { throw BenchError(description: "a dead letter without its key") }
            return end(String(decoding: key, as: UTF8.self), .dead)
        }
        var warnings: [String] = []
        guard let value = record.value else { throw BenchError(description: "an empty reply on \(topic)") }
        let reply = try WireFormat.protobuf.decode(Reply.self, from: value, warnings: &warnings)
        // The reply to what is no job: its end is a dead letter.
        if reply.jobID.isEmpty { return }
        let how: Ledger.End =
            if !reply.hasFailure { .done } else if reply.failure.code == "expired" { .expired } else { .failed }
        end(reply.jobID, how)
    }
}
