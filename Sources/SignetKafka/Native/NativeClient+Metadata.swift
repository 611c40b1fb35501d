// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

extension NativeClient {
    /// Asks where the partitions of a topic are.
    func partitions(
        of topic: String,
        timeout: Duration
    ) async throws(KafkaError) -> [KafkaAdmin.TopicDescription.Partition] {
        try await metadata(of: topic, timeout: timeout) { found in
            (0..<Int(found.partition_cnt)).map { index in
                let partition = found.partitions[index]
                return KafkaAdmin.TopicDescription.Partition(
                    leader: partition.leader,
                    replicas: (0..<Int(partition.replica_cnt)).map { partition.replicas[$0] },
                    inSyncReplicas: (0..<Int(partition.isr_cnt)).map { partition.isrs[$0] }
                )
            }
        }
    }

    /// Asks how many partitions a topic has.
    func partitionCount(of topic: String, timeout: Duration) async throws(KafkaError) -> Int {
        try await metadata(of: topic, timeout: timeout) { Int($0.partition_cnt) }
    }

    private func metadata<Answer: Sendable>(
        of topic: String,
        timeout: Duration,
        _ read: @escaping @Sendable (rd_kafka_metadata_topic_t) -> Answer
    ) async throws(KafkaError) -> Answer {
        let action = "asking for the partitions of topic \(topic)"
        return try await DedicatedThread.ask { [self] () -> Result<Answer, KafkaError> in
            guard let native = rd_kafka_topic_new(handle, topic, nil) else {
                return .failure(KafkaError(rd_kafka_last_error(), while: "naming topic \(topic)"))
            }
            defer { rd_kafka_topic_destroy(native) }
            var metadata: UnsafePointer<rd_kafka_metadata_t>?
            let code = rd_kafka_metadata(handle, 0, native, &metadata, timeout.milliseconds)
            defer { if let metadata { rd_kafka_metadata_destroy(metadata) } }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let topics = metadata?.pointee, topics.topic_cnt > 0 else {
                return .failure(KafkaError(code, while: action))
            }
            let found = topics.topics[0]
            guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR, found.partition_cnt > 0 else {
                return .failure(KafkaError(found.err, while: action))
            }
            return .success(read(found))
        }
    }
}
