// SPDX-License-Identifier: Apache-2.0

package import SignetKafka

/// Which letters can be deleted for good: Kafka deletes what lies before an offset, so of each partition those that are meant
/// and have nothing before them that stays.
package struct DeadLetterPurge: Sendable {
    /// The first offset that stays, of each partition of which something goes.
    package private(set) var offsets: [KafkaTopicPartition: Int64] = [:]
    /// Letters that go.
    package private(set) var purged = 0
    /// Letters that are meant, but lie behind one that stays.
    package private(set) var kept = 0
    private var blocked: Set<KafkaTopicPartition> = []

    package init() {}

    /// Notes a letter, in the order of its partition.
    package mutating func note(_ place: DeadLetter.Place, isMeant: Bool) {
        guard isMeant else {
            blocked.insert(place.partition)
            return
        }
        if blocked.contains(place.partition) {
            kept += 1
        } else {
            purged += 1
            offsets[place.partition] = place.offset + 1
        }
    }
}
