// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

extension KafkaAdmin {
    /// Deletes all records before these offsets.
    ///
    /// - Returns: The oldest offset that each partition keeps.
    public func deleteRecords(
        before offsets: [KafkaTopicPartition: Int64],
        timeout: Duration = .seconds(30)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        if offsets.isEmpty { return [:] }
        return try await request(
            RD_KAFKA_ADMIN_OP_DELETERECORDS,
            "deleting records",
            timeout: timeout,
            send: { [client] options, queue in
                NativePartitionList(offsets).withPointer { list in
                    var request = rd_kafka_DeleteRecords_new(list)
                    defer { rd_kafka_DeleteRecords_destroy(request) }
                    rd_kafka_DeleteRecords(client.handle, &request, 1, options, queue)
                }
                return nil
            },
            read: { event in
                guard
                    let result = rd_kafka_event_DeleteRecords_result(event),
                    let list = rd_kafka_DeleteRecords_result_offsets(result)
                else { return .success([:]) }
                return NativePartitionList.offsets(of: UnsafeMutablePointer(mutating: list), while: "deleting records")
            }
        )
    }
}
