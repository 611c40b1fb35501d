// SPDX-License-Identifier: Apache-2.0

/// Where the chunks of a batch went, to find them again: a value.
struct ChunkTrail: Sendable {
    private var known: [(number: UInt32, place: RecordPlace)] = []
    private var isWhole = true

    /// Notes a chunk, in any order.
    ///
    /// - Parameter place: `nil`: it is not known, so that the batch cannot be found as a whole.
    mutating func add(_ number: UInt32, at place: RecordPlace?) {
        guard let place else { return isWhole = false }
        known.append((number, place))
    }

    /// The places of all chunks in the order of the batch; `nil`: some are not known, or there are none.
    var places: [RecordPlace]? {
        isWhole && !known.isEmpty ? known.sorted { $0.number < $1.number }.map(\.place) : nil
    }
}
