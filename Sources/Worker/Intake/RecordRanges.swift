// SPDX-License-Identifier: Apache-2.0

package import SignetKafka

/// Which offsets of which partitions a batch holds.
package typealias RecordRanges = [KafkaTopicPartition: ClosedRange<Int64>]

extension KafkaRecordBatch {
    /// The events of records, by their indices, as the partitions have them.
    func byPartition(_ events: [Int: EventRecord]) -> [KafkaTopicPartition: [EventRecord]] {
        var found: [KafkaTopicPartition: [EventRecord]] = [:]
        for (index, event) in events.sorted(by: { $0.key < $1.key }) {
            let partition = withRecord(at: index) { KafkaTopicPartition(topic: $0.topic, partition: $0.partition) }
            found[partition, default: []].append(event)
        }
        return found
    }

    /// The offsets of the batch; records of a partition come in their order.
    var ranges: RecordRanges {
        var ranges: RecordRanges = [:]
        // Records of one partition mostly follow each other, so few of them are looked up.
        var current: (partition: KafkaTopicPartition, offsets: ClosedRange<Int64>)?
        forEach { record in
            if let known = current, known.partition.partition == record.partition, known.partition.topic == record.topic
            {
                current?.offsets = known.offsets.lowerBound...max(known.offsets.upperBound, record.offset)
                return
            }
            if let known = current { ranges[known.partition] = known.offsets }
            let partition = KafkaTopicPartition(topic: record.topic, partition: record.partition)
            let earlier = ranges[partition]
            current = (partition, (earlier?.lowerBound ?? record.offset)...max(earlier?.upperBound ?? 0, record.offset))
        }
        if let current { ranges[current.partition] = current.offsets }
        return ranges
    }
}
