// SPDX-License-Identifier: Apache-2.0

/// Which records are still to be read, and from where: a value.
///
/// Goes by rounds. In each all partitions are read at the same time, from the first record that is missing on to others
/// not far behind it.
package struct RecordSearch {
    /// Offsets that are rather read past than looked up: a look-up takes about as long as reading so many records.
    private static let nearby: Int64 = 64

    /// By partition, ascending.
    private var missing: [Int32: ArraySlice<Int64>]
    /// What this round still looks for, by partition, ascending.
    private var wanted: [Int32: ArraySlice<Int64>] = [:]
    package private(set) var found: [RecordPlace: [UInt8]] = [:]

    package init(_ places: [RecordPlace]) {
        missing = Dictionary(grouping: Set(places), by: \.partition).mapValues { places in
            places.map(\.offset).sorted()[...]
        }
    }

    /// Begins a round.
    ///
    /// - Returns: From where to read each partition; `nil`: all is found.
    package mutating func beginRound() -> [RecordPlace]? {
        wanted = [:]
        for (partition, offsets) in missing {
            guard let first = offsets.first else { continue }
            let near = offsets.prefix { $0 - first <= Self.nearby }
            wanted[partition] = near
            missing[partition] = offsets.dropFirst(near.count)
        }
        if wanted.isEmpty { return nil }
        return wanted.map { RecordPlace(partition: $0.key, offset: $0.value.first ?? 0) }
    }

    /// Whether nothing of this round is missing.
    package var isRoundOver: Bool { wanted.values.allSatisfy(\.isEmpty) }

    /// Takes a record that was read.
    ///
    /// - Returns: `false`: one that is looked for does not exist.
    package mutating func take(_ value: UnsafeRawBufferPointer?, at place: RecordPlace) -> Bool {
        guard let next = wanted[place.partition]?.first, place.offset >= next else { return true }
        guard place.offset == next, let value else { return false }
        found[place] = Array(value)
        wanted[place.partition]?.removeFirst()
        return true
    }
}
