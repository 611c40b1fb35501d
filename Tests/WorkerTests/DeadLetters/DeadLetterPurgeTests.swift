// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Testing
import Worker

@Suite struct DeadLetterPurgeTests {
    private func place(_ partition: Int32, _ offset: Int64) -> DeadLetter.Place {
        DeadLetter.Place(partition: KafkaTopicPartition(topic: "dlt", partition: partition), offset: offset)
    }

    @Test func onlyWhatHasNothingBeforeItThatStaysIsDeleted() {
        var purge = DeadLetterPurge()
        // Offsets need not be dense.
        purge.note(place(0, 3), isMeant: true)
        purge.note(place(0, 7), isMeant: true)
        purge.note(place(1, 0), isMeant: false)
        purge.note(place(0, 8), isMeant: false)
        purge.note(place(0, 9), isMeant: true)
        purge.note(place(1, 1), isMeant: true)
        #expect(purge.offsets == [place(0, 0).partition: 8])
        #expect(purge.purged == 2)
        #expect(purge.kept == 2)
    }

    @Test func nothingMeantIsNothingDeleted() {
        var purge = DeadLetterPurge()
        purge.note(place(0, 0), isMeant: false)
        #expect(purge.offsets.isEmpty)
        #expect(purge.purged == 0 && purge.kept == 0)
    }
}
