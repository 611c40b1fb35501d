// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Bytes of the records that a producer was given and has not heard of yet.
final class InFlightBytes: Sendable {
    private let count = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether at most half of what is allowed is in flight.
    var isLow: Bool { count.load(ordering: .relaxed) <= limit / 2 }

    /// Takes room for a record; a record larger than all of it passes alone.
    ///
    /// - Returns: `false` if there is none.
    func take(_ bytes: Int) -> Bool {
        let before = count.add(bytes, ordering: .relaxed).oldValue
        if before == 0 || before + bytes <= limit { return true }
        give(bytes)
        return false
    }

    /// Gives the room of a record back.
    func give(_ bytes: Int) {
        count.subtract(bytes, ordering: .relaxed)
    }
}
