// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import TestSupport
import Testing
import Worker

@Suite struct CrashJournalTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "signet-test-\(UUID().uuidString)"
    ).path

    private static func entry(_ offsets: ClosedRange<Int64>, topic: String = "jobs", crashes: Int = 0)
        -> CrashJournal.Entry
    {
        CrashJournal.Entry(
            partition: KafkaTopicPartition(topic: topic, partition: 3),
            offsets: offsets,
            crashes: crashes,
            time: 1_000
        )
    }

    /// The file as the end of a process leaves it: nobody clears it.
    private func leave(_ body: (CrashJournal) -> Void) throws -> [CrashJournal.Entry] {
        let (journal, leftovers) = try CrashJournal.take(directory: directory, name: "test")
        body(journal)
        return leftovers
    }

    @Test func whatWasInFlightIsFoundWithOneCrashMore() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let topic = String(repeating: "t", count: 249)
        #expect(
            try leave { journal in
                _ = journal.begin(Self.entry(10...20))
                _ = journal.begin(Self.entry(7...7, topic: topic, crashes: 2))
                if let done = journal.begin(Self.entry(0...5)) { journal.clear(done) }
            } == []
        )
        let found = try leave { _ in }
        #expect(Set(found) == [Self.entry(10...20, crashes: 1), Self.entry(7...7, topic: topic, crashes: 3)])
        // Taken over once.
        #expect(try leave { _ in } == [])
    }

    @Test func suspectsAreKeptAsTheyWereAndNarrowed() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try leave { journal in
            if let slot = journal.keep(Self.entry(10...20, crashes: 1)) { journal.narrow(slot, from: 15) }
        }
        #expect(try leave { _ in } == [Self.entry(15...20, crashes: 1)])
    }

    @Test func eachProcessHasAJournalOfItsOwn() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (first, _) = try CrashJournal.take(directory: directory, name: "test")
        _ = first.begin(Self.entry(1...2))
        let (second, leftovers) = try CrashJournal.take(directory: directory, name: "test")
        #expect(leftovers == [])
        withExtendedLifetime((first, second)) {}
    }

    @Test func aFullJournalNotesNoMoreAndGoesOnWhenThereIsRoom() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (journal, _) = try CrashJournal.take(directory: directory, name: "test")
        var slots: [CrashJournal.Slot] = []
        while let slot = journal.begin(Self.entry(1...2)) { slots.append(slot) }
        #expect(slots.count == 1_024)
        journal.clear(slots[0])
        #expect(journal.begin(Self.entry(3...4)) != nil)
        #expect(journal.begin(Self.entry(5...6)) == nil)
    }

    @Test func aDirectoryThatCannotBeWrittenIsNamedWithItsSetting() {
        let error = #expect(throws: WorkerError.self) {
            try CrashJournal.take(directory: "/proc/signet", name: "test")
        }
        #expect(error?.message.contains("worker.stateDirectory") == true)
    }

    /// A disk, or another version, may leave anything there.
    @Test func anyBytesAreSurvived() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try leave { journal in for offset in 0..<100 { _ = journal.begin(Self.entry(0...Int64(offset))) } }
        let path = directory + "/test-0.journal"
        let whole = try Data(contentsOf: URL(filePath: path))
        var generator = SeededGenerator(seed: 42)
        for round in 0..<200 {
            var bytes = whole
            switch round % 4 {
            case 0:
                for _ in 0..<500 {
                    bytes[Int.random(in: 16..<30_000, using: &generator)] = .random(in: 0...255, using: &generator)
                }
            case 1: bytes = bytes.prefix(Int.random(in: 0..<whole.count, using: &generator))
            case 2: bytes = Data((0..<5_000).map { _ in .random(in: 0...255, using: &generator) })
            default: bytes = bytes.prefix(64) + Data((0..<60_000).map { _ in .random(in: 0...255, using: &generator) })
            }
            try bytes.write(to: URL(filePath: path))
            for entry in try leave({ _ in }) {
                #expect(entry.offsets.lowerBound >= 0)
                #expect(entry.partition.topic.utf8.count > 0)
            }
        }
    }
}
