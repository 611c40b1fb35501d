// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Owns an `rd_kafka_topic_partition_list_t`.
struct NativePartitionList: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<KafkaTopicPartition>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: partitions.count))
        for partition in partitions {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
        }
    }

    init(_ offsets: some Collection<(key: KafkaTopicPartition, value: Int64)>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count))
        for (partition, offset) in offsets {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition).pointee.offset = offset
        }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    borrowing func withPointer<Result>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result
    ) -> Result {
        body(pointer)
    }

    /// Reads a list that somebody else owns.
    static func partitions(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [KafkaTopicPartition] {
        (0..<Int(list.pointee.cnt)).map { index in
            let element = list.pointee.elems[index]
            return KafkaTopicPartition(topic: String(cString: element.topic), partition: element.partition)
        }
    }

    /// The offsets of a list that a call has filled in; none for partitions without one.
    static func offsets(
        of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>,
        while action: String
    ) -> Result<[KafkaTopicPartition: Int64], KafkaError> {
        let code = firstError(in: list)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(code, while: action)) }
        var offsets: [KafkaTopicPartition: Int64] = [:]
        for (index, partition) in partitions(of: list).enumerated() where list.pointee.elems[index].offset >= 0 {
            offsets[partition] = list.pointee.elems[index].offset
        }
        return .success(offsets)
    }

    /// The first error within a list that a call has filled in.
    static func firstError(in list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> rd_kafka_resp_err_t {
        for index in 0..<Int(list.pointee.cnt) where list.pointee.elems[index].err != RD_KAFKA_RESP_ERR_NO_ERROR {
            return list.pointee.elems[index].err
        }
        return RD_KAFKA_RESP_ERR_NO_ERROR
    }
}

extension KafkaOffset {
    /// librdkafka's number for it.
    var native: Int64 {
        switch self {
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        case .stored: Int64(RD_KAFKA_OFFSET_STORED)
        case .at(let offset): offset
        }
    }
}
