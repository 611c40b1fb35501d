// SPDX-License-Identifier: Apache-2.0

import Gateway
import TestSupport
import Testing

@Suite struct RecordSearchTests {
    private static func take(_ search: inout RecordSearch, _ partition: Int32, _ offset: Int64) -> Bool {
        [UInt8(truncatingIfNeeded: offset)].withUnsafeBytes {
            search.take($0, at: RecordPlace(partition: partition, offset: offset))
        }
    }

    private static func places(_ pairs: (Int32, Int64)...) -> [RecordPlace] {
        pairs.map { RecordPlace(partition: $0.0, offset: $0.1) }
    }

    @Test func partitionsAreReadAtOnceFromTheFirstRecordThatIsMissing() {
        var search = RecordSearch(Self.places((1, 30), (0, 5), (1, 28)))
        let starts = search.beginRound()?.sorted { $0.partition < $1.partition }
        #expect(starts == Self.places((0, 5), (1, 28)))
        #expect(Self.take(&search, 1, 28))
        // Between them lies what belongs to others.
        #expect(Self.take(&search, 1, 29))
        #expect(Self.take(&search, 0, 5))
        #expect(!search.isRoundOver)
        #expect(Self.take(&search, 1, 30))
        #expect(search.isRoundOver)
        #expect(Self.take(&search, 1, 31))
        #expect(search.beginRound() == nil)
        #expect(
            search.found.mapValues { $0.first ?? 0 } == [
                RecordPlace(partition: 0, offset: 5): 5, RecordPlace(partition: 1, offset: 28): 28,
                RecordPlace(partition: 1, offset: 30): 30,
            ]
        )
    }

    @Test func recordsThatLieFarApartAreLookedUpOneAfterTheOther() {
        var search = RecordSearch(Self.places((0, 0), (0, 64), (0, 65), (0, 1_000_000)))
        #expect(search.beginRound() == Self.places((0, 0)))
        #expect(Self.take(&search, 0, 0) && Self.take(&search, 0, 64))
        #expect(search.isRoundOver)
        #expect(search.beginRound() == Self.places((0, 65)))
        #expect(Self.take(&search, 0, 65))
        #expect(search.beginRound() == Self.places((0, 1_000_000)))
    }

    @Test func aRecordThatIsPassedOverDoesNotExist() {
        var search = RecordSearch(Self.places((0, 5)))
        _ = search.beginRound()
        #expect(Self.take(&search, 0, 4))
        #expect(!Self.take(&search, 0, 6))
        var empty = RecordSearch(Self.places((0, 5)))
        _ = empty.beginRound()
        let isTaken = empty.take(nil, at: RecordPlace(partition: 0, offset: 5))
        #expect(!isTaken)
    }
}
