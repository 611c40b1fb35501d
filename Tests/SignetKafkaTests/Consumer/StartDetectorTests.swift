// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Testing

@Suite struct StartDetectorTests {
    private let partition = KafkaTopicPartition(topic: "t", partition: 0)

    @Test(arguments: [true, false]) func whatLiesBetweenIsMissingInWhateverOrderItIsLearnt(isCommittedFirst: Bool) {
        var starts = StartDetector()
        starts.begin([partition])
        if isCommittedFirst {
            #expect(starts.note(committed: 3, of: partition) == nil)
            #expect(starts.note(first: 10, of: partition) == 3..<10)
        } else {
            #expect(starts.note(first: 10, of: partition) == nil)
            #expect(starts.note(first: 11, of: partition) == nil)
            #expect(starts.note(committed: 3, of: partition) == 3..<10)
        }
        #expect(starts.isIdle)
        #expect(starts.note(first: 20, of: partition) == nil)
    }

    @Test(arguments: [10, 11] as [Int64]) func nothingIsMissingWhereItGoesOnOrIsReadAgain(committed: Int64) {
        var starts = StartDetector()
        starts.begin([partition])
        #expect(starts.note(committed: committed, of: partition) == nil)
        #expect(starts.note(first: 10, of: partition) == nil)
        #expect(starts.isIdle)
    }

    @Test func partitionThatHasGoneIsNotJudged() {
        var starts = StartDetector()
        starts.begin([partition])
        #expect(starts.note(first: 10, of: partition) == nil)
        starts.forget([partition])
        #expect(starts.note(committed: 3, of: partition) == nil)
        starts.begin([partition])
        #expect(starts.note(committed: 3, of: partition) == nil)
        #expect(starts.note(first: 4, of: partition) == 3..<4)
    }
}
