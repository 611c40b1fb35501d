// SPDX-License-Identifier: Apache-2.0

package import SignetKafka
internal import Synchronization

/// Finds the record that kills its worker, so that it ends in the dead letters and not the pool with it.
///
/// What was in flight when a process ended is suspected. While anything is, the worker does one thing at a time, and
/// suspected records each on their own: so only the culprit is in flight each time, and only it reaches the limit.
package final class Quarantine: Sendable {
    /// Crashes after which a record is not run again.
    package static let limit = 3
    /// Milliseconds for which a range is suspected: by then it was run, or is another worker's.
    private static let life: Int64 = 600_000

    /// What was noted as in flight.
    package struct Note: Sendable {
        fileprivate let slots: [CrashJournal.Slot]
    }

    private struct Suspect {
        var entry: CrashJournal.Entry
        let slot: CrashJournal.Slot?
    }

    private struct State: ~Copyable {
        var suspects: [Suspect]
        var isOccupied = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let journal: CrashJournal?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - journal: `nil`: nothing is noted, so nothing is ever suspected.
    ///   - leftovers: What ended processes had in flight.
    ///   - now: Unix milliseconds.
    package init(journal: CrashJournal?, leftovers: [CrashJournal.Entry], now: Int64) {
        self.journal = journal
        let suspects = leftovers.filter { $0.time > now - Self.life && $0.time <= now + Self.life }
        state = Mutex(State(suspects: suspects.map { Suspect(entry: $0, slot: journal?.keep($0)) }))
    }

    /// Whether anything is suspected.
    package var isAlert: Bool { state.withLock { !$0.suspects.isEmpty } }

    /// How many processes ended while a record was in flight.
    package func crashes(of partition: KafkaTopicPartition, at offset: Int64) -> Int {
        state.withLock { state in
            state.suspects.filter { $0.entry.partition == partition && $0.entry.offsets.contains(offset) }
                .map(\.entry.crashes).max() ?? 0
        }
    }

    /// Whether a batch holds records that are suspected.
    package func suspects(_ ranges: RecordRanges) -> Bool {
        state.withLock { state in
            state.suspects.contains { suspect in
                ranges[suspect.entry.partition].map { $0.overlaps(suspect.entry.offsets) } ?? false
            }
        }
    }

    // MARK: In flight

    /// Notes what is in flight from here on.
    ///
    /// - Parameters:
    ///   - crashes: How many processes ended while it was in flight before.
    ///   - now: Unix milliseconds.
    package func begin(_ ranges: RecordRanges, crashes: Int = 0, now: Int64) -> Note {
        guard let journal else { return Note(slots: []) }
        return Note(
            slots: ranges.compactMap { partition, offsets in
                journal.begin(.init(partition: partition, offsets: offsets, crashes: crashes, time: now))
            }
        )
    }

    /// Notes that it is in flight no more, however it ended.
    package func end(_ note: Note) {
        for slot in note.slots { journal?.clear(slot) }
    }

    /// Clears a record, and what came before it on its partition, of suspicion: it was run, or will not be.
    package func acquit(_ partition: KafkaTopicPartition, upTo offset: Int64) {
        let cleared = state.withLock { state -> [CrashJournal.Slot] in
            var cleared: [CrashJournal.Slot] = []
            state.suspects = state.suspects.compactMap { suspect in
                guard suspect.entry.partition == partition, suspect.entry.offsets.lowerBound <= offset else {
                    return suspect
                }
                guard suspect.entry.offsets.upperBound > offset else {
                    if let slot = suspect.slot { cleared.append(slot) }
                    return nil
                }
                var suspect = suspect
                suspect.entry = CrashJournal.Entry(
                    partition: partition,
                    offsets: offset + 1...suspect.entry.offsets.upperBound,
                    crashes: suspect.entry.crashes,
                    time: suspect.entry.time
                )
                if let slot = suspect.slot { journal?.narrow(slot, from: offset + 1) }
                return suspect
            }
            return cleared
        }
        for slot in cleared { journal?.clear(slot) }
    }

    /// Forgets ranges that nobody asked for in time.
    package func expire(now: Int64) {
        let expired = state.withLock { state in
            let (old, young) = (
                state.suspects.filter { $0.entry.time <= now - Self.life },
                state.suspects.filter { $0.entry.time > now - Self.life }
            )
            state.suspects = young
            return old
        }
        for suspect in expired { if let slot = suspect.slot { journal?.clear(slot) } }
    }

    // MARK: One thing at a time

    /// Waits until nothing else that entered is in flight.
    package func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isOccupied {
                    state.waiters.append(continuation)
                    return false
                }
                state.isOccupied = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    /// Lets the next one in.
    package func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiters.isEmpty {
                state.isOccupied = false
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.resume()
    }
}
