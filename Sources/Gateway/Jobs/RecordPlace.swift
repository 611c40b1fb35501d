// SPDX-License-Identifier: Apache-2.0

/// Where a record lies within its topic.
package struct RecordPlace: Sendable, Hashable {
    package let partition: Int32
    package let offset: Int64

    package init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// What a producer was told of a record's place.
    init?(_ position: (partition: Int32, offset: Int64)?) {
        guard let position else { return nil }
        self.init(partition: position.partition, offset: position.offset)
    }
}
