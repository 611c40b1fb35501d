// SPDX-License-Identifier: Apache-2.0

internal import SignetKafka

/// Those who wait until nothing of some partitions is left.
struct Drains {
    private var waiting: [(partitions: Set<KafkaTopicPartition>, continuation: CheckedContinuation<Void, Never>)] = []

    mutating func add(_ continuation: CheckedContinuation<Void, Never>, of partitions: Set<KafkaTopicPartition>) {
        waiting.append((partitions, continuation))
    }

    /// Takes out those whose partitions are drained.
    mutating func released(_ isDrained: (Set<KafkaTopicPartition>) -> Bool) -> [CheckedContinuation<Void, Never>] {
        let released = waiting.filter { isDrained($0.partitions) }.map(\.continuation)
        if !released.isEmpty { waiting.removeAll { isDrained($0.partitions) } }
        return released
    }
}
