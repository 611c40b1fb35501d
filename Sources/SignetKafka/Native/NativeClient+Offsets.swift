// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

extension NativeClient {
    /// What the client's group has committed; nothing for partitions of which nothing was.
    func committed(
        _ partitions: [KafkaTopicPartition],
        timeout: Duration
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        try await ask(
            "asking for committed offsets",
            timeout,
            { NativePartitionList(partitions) },
            rd_kafka_committed
        )
    }

    /// The first offsets at these times, Unix milliseconds, or later; the end where there is none.
    func offsets(
        for times: [KafkaTopicPartition: Int64],
        timeout: Duration
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        var found = try await offsets(of: times, timeout: timeout)
        let younger = times.keys.filter { found[$0] == nil }
        if !younger.isEmpty { found.merge(try await ends(of: Array(younger), timeout: timeout)) { $1 } }
        return found
    }

    /// The next offsets to be written.
    func ends(
        of partitions: [KafkaTopicPartition],
        timeout: Duration
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        // Kafka protocol, ListOffsets: a time of −1 asks for the end.
        try await offsets(of: Dictionary(partitions.map { ($0, -1) }) { first, _ in first }, timeout: timeout)
    }

    private func offsets(
        of times: [KafkaTopicPartition: Int64],
        timeout: Duration
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        try await ask("asking for offsets", timeout, { NativePartitionList(times) }, rd_kafka_offsets_for_times)
    }

    /// Lets a blocking call fill in the offsets of a list, on a thread of its own.
    private func ask(
        _ action: String,
        _ timeout: Duration,
        _ makeList: @escaping @Sendable () -> NativePartitionList,
        _ call:
            @escaping @Sendable (
                OpaquePointer?, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, Int32
            ) -> rd_kafka_resp_err_t
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        try await DedicatedThread.ask { [self] in
            makeList().withPointer { list -> Result<[KafkaTopicPartition: Int64], KafkaError> in
                let code = call(handle, list, timeout.milliseconds)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code, while: action)) }
                return NativePartitionList.offsets(of: list, while: action)
            }
        }
    }
}
