// SPDX-License-Identifier: Apache-2.0

/// Sees that no record of a partition is left out: offsets of a partition without transactions or compaction follow each
/// other. A value without I/O; what is to be done about a gap its user does.
///
/// A gap may be the library's fault (before 2.1.0 it loses records around pauses), the broker's doing (it deleted what was
/// too old), or be there for good (transactions leave marks that nobody sees). So it is read again once: what then comes is
/// what there is.
package struct GapDetector {
    /// A partition, as the library hands it out: cheaper to compare than its name.
    package struct Key: Hashable, Sendable {
        let topic: UInt
        let partition: Int32

        package init(topic: UInt, partition: Int32) {
            self.topic = topic
            self.partition = partition
        }
    }

    /// What a record is.
    package enum Verdict: Sendable, Hashable {
        /// The next one, or one that was read before.
        case next
        /// Records from this offset on are missing.
        case gap(from: Int64)
        /// They are missing although they were read again: there are none.
        case hole(from: Int64)
    }

    private var expected: [Key: Int64] = [:]
    /// Where a partition was read again.
    private var rereads: [Key: Int64] = [:]
    /// The partition of the record before, and what comes next in it: most records follow one of their own partition.
    private var current: (key: Key, next: Int64)?

    package init() {}

    /// Judges a record, and expects the next one unless it stands behind a gap.
    package mutating func judge(_ offset: Int64, of key: Key) -> Verdict {
        if current?.key != key {
            keep()
            guard let next = expected[key] else {
                // The first one: whatever it is.
                current = (key, offset &+ 1)
                return .next
            }
            current = (key, next)
        }
        guard let next = current?.next, offset > next else {
            current?.next = offset &+ 1
            return .next
        }
        guard rereads[key] == next else { return .gap(from: next) }
        rereads[key] = nil
        current?.next = offset &+ 1
        return .hole(from: next)
    }

    /// Notes that a partition is read again from an offset.
    package mutating func reread(_ key: Key, from offset: Int64) {
        move(key, to: offset)
        rereads[key] = offset
    }

    /// Expects another offset than the one that would come next.
    package mutating func move(_ key: Key, to offset: Int64) {
        keep()
        current = nil
        expected[key] = offset
        rereads[key] = nil
    }

    /// Forgets all: partitions are read from other positions.
    package mutating func reset() {
        (expected, rereads, current) = ([:], [:], nil)
    }

    private mutating func keep() {
        if let current { expected[current.key] = current.next }
    }
}
