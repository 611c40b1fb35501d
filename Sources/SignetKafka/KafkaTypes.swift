// SPDX-License-Identifier: Apache-2.0

/// A partition of a topic.
public struct KafkaTopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The topic's name.
    public let topic: String
    /// Counted from 0.
    public let partition: Int32

    /// Names a partition; whether it exists is not asked.
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// By topic, then by number.
    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// E.g. `topic[3]`.
    public var description: String { "\(topic)[\(partition)]" }
}

/// How far a partition is worked off, and in which assignment that was.
public struct KafkaPosition: Hashable, Sendable {
    /// The partition.
    public let partition: KafkaTopicPartition
    /// The offset after the last record that is done.
    public let next: Int64
    /// The epoch of the batch that the record came in.
    public let epoch: UInt64

    /// Everything of the partition before `next` is done.
    public init(partition: KafkaTopicPartition, next: Int64, epoch: UInt64) {
        self.partition = partition
        self.next = next
        self.epoch = epoch
    }
}

/// A header of a record: names may repeat, values may be null.
public struct KafkaHeader: Sendable, Hashable {
    /// Any text; need not be unique within a record.
    public let name: String
    /// `nil`: a null value, which is not the same as an empty one.
    public let value: [UInt8]?

    /// A header with its value, or with a null one.
    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// Where to begin reading a partition.
public enum KafkaOffset: Sendable, Hashable {
    /// The oldest record that is kept.
    case beginning
    /// The next record to be written.
    case end
    /// The group's committed offset.
    case stored
    /// This offset.
    case at(Int64)
}
