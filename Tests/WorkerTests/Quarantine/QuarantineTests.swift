// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetKafka
import TestSupport
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct QuarantineTests {
    private static let partition = KafkaTopicPartition(topic: "jobs", partition: 3)
    private static let other = KafkaTopicPartition(topic: "jobs", partition: 4)
    private static let now: Int64 = 10_000_000

    private static func leftover(_ offsets: ClosedRange<Int64>, crashes: Int, age: Int64 = 0) -> CrashJournal.Entry {
        CrashJournal.Entry(partition: partition, offsets: offsets, crashes: crashes, time: now - age)
    }

    private static func quarantine(_ leftovers: [CrashJournal.Entry]) -> Quarantine {
        Quarantine(journal: nil, leftovers: leftovers, now: now)
    }

    @Test func whatWasInFlightIsSuspected() {
        let quarantine = Self.quarantine([Self.leftover(10...20, crashes: 1), Self.leftover(15...15, crashes: 2)])
        #expect(quarantine.isAlert)
        #expect(quarantine.crashes(of: Self.partition, at: 9) == 0)
        #expect(quarantine.crashes(of: Self.partition, at: 10) == 1)
        #expect(quarantine.crashes(of: Self.partition, at: 15) == 2)
        #expect(quarantine.crashes(of: Self.other, at: 15) == 0)
        #expect(quarantine.suspects([Self.partition: 20...30]))
        #expect(!quarantine.suspects([Self.partition: 21...30, Self.other: 10...20]))
    }

    @Test func whatWasRunIsCleared() {
        let quarantine = Self.quarantine([Self.leftover(10...20, crashes: 1), Self.leftover(15...15, crashes: 2)])
        quarantine.acquit(Self.partition, upTo: 15)
        #expect(quarantine.crashes(of: Self.partition, at: 15) == 0)
        #expect(quarantine.crashes(of: Self.partition, at: 16) == 1)
        quarantine.acquit(Self.partition, upTo: 20)
        #expect(!quarantine.isAlert)
    }

    @Test func suspicionEnds() {
        let quarantine = Self.quarantine([
            Self.leftover(1...2, crashes: 1), Self.leftover(3...4, crashes: 1, age: 600_000),
            Self.leftover(5...6, crashes: 1, age: -1_200_000),
        ])
        #expect(quarantine.crashes(of: Self.partition, at: 3) == 0)
        #expect(quarantine.crashes(of: Self.partition, at: 5) == 0)
        quarantine.expire(now: Self.now + 600_000)
        #expect(!quarantine.isAlert)
    }

    /// Three processes: the first ends with a batch, the others each with one record of it.
    @Test func onlyTheCulpritReachesTheLimit() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "signet-test-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func process(_ body: (Quarantine) -> Void) throws {
            let (journal, leftovers) = try CrashJournal.take(directory: directory, name: "test")
            body(Quarantine(journal: journal, leftovers: leftovers, now: Self.now))
        }
        try process { _ = $0.begin([Self.partition: 0...9], now: Self.now) }
        for expected in [1, 2] {
            try process { quarantine in
                for offset in Int64(0)...4 {
                    let crashes = quarantine.crashes(of: Self.partition, at: offset)
                    #expect(crashes == (offset == 4 ? expected : expected == 1 ? 1 : 0))
                    let note = quarantine.begin([Self.partition: offset...offset], crashes: crashes, now: Self.now)
                    // The process ends in the middle of the fifth.
                    if offset == 4 { return }
                    quarantine.end(note)
                    quarantine.acquit(Self.partition, upTo: offset)
                }
            }
        }
        try process { quarantine in
            #expect(quarantine.crashes(of: Self.partition, at: 4) == Quarantine.limit)
            for offset in Int64(5)...9 { #expect(quarantine.crashes(of: Self.partition, at: offset) == 1) }
        }
    }

    @Test func oneEntersAtATime() async throws {
        let quarantine = Self.quarantine([])
        await quarantine.enter()
        try await withDeadline(for: "the second") {
            await withTaskGroup { group in
                group.addTask {
                    await quarantine.enter()
                    quarantine.leave()
                }
                quarantine.leave()
                await group.waitForAll()
            }
        }
    }
}
