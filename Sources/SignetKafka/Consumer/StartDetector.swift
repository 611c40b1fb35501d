// SPDX-License-Identifier: Apache-2.0

/// Sees that reading goes on where the group had come to: the first record of a partition is the committed one, unless the
/// broker deleted what lay between. A value without I/O; the two offsets come in any order.
package struct StartDetector {
    private var committed: [KafkaTopicPartition: Int64] = [:]
    private var first: [KafkaTopicPartition: Int64] = [:]
    /// Partitions that are not judged yet.
    private var open: Set<KafkaTopicPartition> = []

    package init() {}

    /// Whether no first record is still to be judged.
    package var isIdle: Bool { open.isEmpty }

    /// Notes partitions as assigned by the group.
    package mutating func begin(_ partitions: [KafkaTopicPartition]) {
        for partition in partitions {
            open.insert(partition)
            (committed[partition], first[partition]) = (nil, nil)
        }
    }

    /// Notes what the group had committed when the partition was assigned.
    ///
    /// - Returns: Offsets that were not read, if there are any.
    package mutating func note(committed offset: Int64, of partition: KafkaTopicPartition) -> Range<Int64>? {
        committed[partition] = offset
        return judge(partition)
    }

    /// Notes the offset of a partition's first record.
    ///
    /// - Returns: Offsets that were not read, if there are any.
    package mutating func note(first offset: Int64, of partition: KafkaTopicPartition) -> Range<Int64>? {
        guard first[partition] == nil else { return nil }
        first[partition] = offset
        return judge(partition)
    }

    /// Forgets partitions: they have gone, or are read from elsewhere.
    package mutating func forget(_ partitions: some Collection<KafkaTopicPartition>) {
        open.subtract(partitions)
    }

    private mutating func judge(_ partition: KafkaTopicPartition) -> Range<Int64>? {
        guard open.contains(partition), let committed = committed[partition], let first = first[partition] else {
            return nil
        }
        open.remove(partition)
        return committed < first ? committed..<first : nil
    }
}
