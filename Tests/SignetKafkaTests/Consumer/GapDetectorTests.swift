// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Testing

@Suite struct GapDetectorTests {
    private static let first = GapDetector.Key(topic: 1, partition: 0)
    private static let second = GapDetector.Key(topic: 1, partition: 1)
    private var detector = GapDetector()

    @Test mutating func offsetsThatFollowEachOtherAreNoGap() {
        for offset in Int64(100)..<200 {
            #expect(detector.judge(offset, of: Self.first) == .next)
            #expect(detector.judge(offset * 2 - 100, of: Self.second) == (offset == 100 ? .next : .gap(from: 101)))
        }
    }

    @Test mutating func aGapIsToldUntilItIsReadAgain() {
        _ = detector.judge(5, of: Self.first)
        #expect(detector.judge(8, of: Self.first) == .gap(from: 6))
        #expect(detector.judge(9, of: Self.first) == .gap(from: 6))
        detector.reread(Self.first, from: 6)
        for offset in Int64(6)...9 { #expect(detector.judge(offset, of: Self.first) == .next) }
    }

    @Test mutating func whatIsMissingASecondTimeIsNotThere() {
        _ = detector.judge(5, of: Self.first)
        #expect(detector.judge(8, of: Self.first) == .gap(from: 6))
        detector.reread(Self.first, from: 6)
        #expect(detector.judge(8, of: Self.first) == .hole(from: 6))
        #expect(detector.judge(9, of: Self.first) == .next)
        // Another gap is another matter.
        #expect(detector.judge(12, of: Self.first) == .gap(from: 10))
    }

    @Test mutating func recordsThatComeAgainAreTaken() {
        for offset in [10, 11, 12, 7, 8, 9, 10] as [Int64] { #expect(detector.judge(offset, of: Self.first) == .next) }
        #expect(detector.judge(13, of: Self.first) == .gap(from: 11))
    }

    @Test mutating func otherPositionsAreExpectedAfterAMoveOrAReset() {
        _ = detector.judge(5, of: Self.first)
        detector.move(Self.first, to: 20)
        #expect(detector.judge(20, of: Self.first) == .next)
        detector.reset()
        #expect(detector.judge(400, of: Self.first) == .next)
    }

    @Test mutating func absurdOffsetsAreSurvived() {
        for offset in [Int64.max, .min, 0, -1, .max] { _ = detector.judge(offset, of: Self.first) }
    }
}
