// SPDX-License-Identifier: Apache-2.0

/// A partition of a topic.
public struct KafkaTopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// A header of a record: names may repeat, values may be null.
public struct KafkaHeader: Sendable, Hashable {
    public let name: String
    public let value: [UInt8]?

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
    case at(Int64)
}
