// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import SignetKafka
internal import Synchronization

/// What a worker has in flight, kept in a file that outlives it: a crash leaves it there.
///
/// The file is mapped into memory, so a note costs some stores and survives the end of the process, though not that of
/// the machine. It holds topics, partitions and offsets, nothing of the records. One process has a journal at a time; a
/// process that starts takes one that nobody has, and with it what its owner left behind.
///
/// `@unchecked Sendable`: a slot is written by the task that took it from `free`, which is locked.
package final class CrashJournal: @unchecked Sendable {
    /// A range of offsets and how many processes ended while it was in flight.
    package struct Entry: Sendable, Hashable {
        package let partition: KafkaTopicPartition
        package let offsets: ClosedRange<Int64>
        package let crashes: Int
        /// When it was written first, Unix milliseconds.
        package let time: Int64

        package init(partition: KafkaTopicPartition, offsets: ClosedRange<Int64>, crashes: Int, time: Int64) {
            self.partition = partition
            self.offsets = offsets
            self.crashes = crashes
            self.time = time
        }
    }

    /// Names an entry in the file.
    package struct Slot: Sendable, Hashable {
        fileprivate let index: Int
    }

    /// How a slot is laid out: state, crashes and length of the topic in a byte each, then the numbers, then the topic.
    private enum Layout {
        static let state = 0
        static let crashes = 1
        static let topicLength = 2
        static let partition = 4
        static let first = 8
        static let last = 16
        static let time = 24
        static let topic = 32
        /// Topics have at most 249 bytes.
        static let bytes = 288
    }

    private enum Mark: UInt8 {
        case free = 0
        case inFlight = 1
        case suspect = 2
    }

    private static let magic: [UInt8] = Array("SIGNET-JOURNAL-1".utf8)
    private static let headerBytes = 64
    private static let slots = 1_024
    private static let fileBytes = headerBytes + slots * Layout.bytes

    private let descriptor: Int32
    private let memory: UnsafeMutableRawPointer
    private let free: Mutex<[Int]>

    /// Takes a journal of this name that no process has, or begins one.
    ///
    /// - Parameters:
    ///   - directory: Made if it is not there.
    ///   - name: Workers of one group on one cluster share it.
    /// - Returns: The journal, and what a process that ended left in it: what was in flight has one crash more.
    /// - Throws: `WorkerError` if the directory cannot be written.
    package static func take(directory: String, name: String) throws(WorkerError) -> (CrashJournal, [Entry]) {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw Self.unusable(directory, "it cannot be made", error)
        }
        for number in 0..<4_096 {
            let path = "\(directory)/\(name)-\(number).journal"
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.unusable(directory, String(cString: strerror(errno)), nil) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                let journal = try CrashJournal(descriptor: descriptor, directory: directory)
                return (journal, journal.takeOver())
            }
            close(descriptor)
        }
        throw Self.unusable(directory, "4,096 workers have journals there", nil)
    }

    private static func unusable(_ directory: String, _ reason: String, _ cause: (any Error)?) -> WorkerError {
        WorkerError(
            .journal,
            message:
                "no crash journal can be kept in \(directory): \(reason); set worker.stateDirectory to a directory "
                + "that the worker may write, the same after a restart",
            cause: cause
        )
    }

    private init(descriptor: Int32, directory: String) throws(WorkerError) {
        guard ftruncate(descriptor, off_t(Self.fileBytes)) == 0,
            let memory = mmap(nil, Self.fileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            memory != MAP_FAILED
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Self.unusable(directory, reason, nil)
        }
        self.descriptor = descriptor
        self.memory = memory
        free = Mutex([])
    }

    deinit {
        munmap(memory, Self.fileBytes)
        // The lock goes with it.
        close(descriptor)
    }

    // MARK: Notes

    /// Notes a range as in flight; `nil` if the journal is full, and then a crash is not noticed.
    package func begin(_ entry: Entry) -> Slot? { write(entry, .inFlight) }

    /// Keeps a range that has crashed a process, until it is cleared.
    package func keep(_ entry: Entry) -> Slot? { write(entry, .suspect) }

    /// Takes offsets off the front of a range.
    package func narrow(_ slot: Slot, from first: Int64) {
        memory.storeBytes(of: first, toByteOffset: Self.offset(slot.index) + Layout.first, as: Int64.self)
    }

    /// Forgets a range: it is done, or was given back.
    package func clear(_ slot: Slot) {
        mark(slot.index, .free)
        free.withLock { $0.append(slot.index) }
    }

    private func write(_ entry: Entry, _ mark: Mark) -> Slot? {
        let topic = Array(entry.partition.topic.utf8)
        guard topic.count <= Layout.bytes - Layout.topic, let index = free.withLock({ $0.popLast() }) else {
            return nil
        }
        let place = memory + Self.offset(index)
        place.storeBytes(of: UInt8(clamping: entry.crashes), toByteOffset: Layout.crashes, as: UInt8.self)
        place.storeBytes(of: UInt8(topic.count), toByteOffset: Layout.topicLength, as: UInt8.self)
        place.storeBytes(of: entry.partition.partition, toByteOffset: Layout.partition, as: Int32.self)
        place.storeBytes(of: entry.offsets.lowerBound, toByteOffset: Layout.first, as: Int64.self)
        place.storeBytes(of: entry.offsets.upperBound, toByteOffset: Layout.last, as: Int64.self)
        place.storeBytes(of: entry.time, toByteOffset: Layout.time, as: Int64.self)
        (place + Layout.topic).copyMemory(from: topic, byteCount: topic.count)
        // The mark comes last, so that a slot is whole or not there.
        self.mark(index, mark)
        return Slot(index: index)
    }

    private func mark(_ index: Int, _ mark: Mark) {
        atomicMemoryFence(ordering: .releasing)
        (memory + Self.offset(index)).storeBytes(of: mark.rawValue, toByteOffset: Layout.state, as: UInt8.self)
    }

    private static func offset(_ index: Int) -> Int { headerBytes + index * Layout.bytes }

    // MARK: Taking over

    /// Reads what was left, and empties the file. Bytes that are no journal of this version are emptied unread.
    private func takeOver() -> [Entry] {
        var entries: [Entry] = []
        if (0..<Self.magic.count).allSatisfy({ memory.load(fromByteOffset: $0, as: UInt8.self) == Self.magic[$0] }) {
            entries = (0..<Self.slots).compactMap(read)
        }
        memset(memory, 0, Self.fileBytes)
        memory.copyMemory(from: Self.magic, byteCount: Self.magic.count)
        free.withLock { $0 = Array((0..<Self.slots).reversed()) }
        return entries
    }

    private func read(_ index: Int) -> Entry? {
        let place = memory + Self.offset(index)
        func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type) -> Number {
            place.loadUnaligned(fromByteOffset: offset, as: type)
        }
        guard let mark = Mark(rawValue: load(Layout.state, as: UInt8.self)), mark != .free else { return nil }
        let length = Int(load(Layout.topicLength, as: UInt8.self))
        let (first, last) = (load(Layout.first, as: Int64.self), load(Layout.last, as: Int64.self))
        guard length > 0, length <= Layout.bytes - Layout.topic, first >= 0, last >= first, last < .max else {
            return nil
        }
        let topic = UnsafeRawBufferPointer(start: place + Layout.topic, count: length)
        return Entry(
            partition: KafkaTopicPartition(
                topic: String(decoding: topic, as: UTF8.self),
                partition: load(Layout.partition, as: Int32.self)
            ),
            offsets: first...last,
            crashes: Int(load(Layout.crashes, as: UInt8.self)) + (mark == .inFlight ? 1 : 0),
            time: load(Layout.time, as: Int64.self)
        )
    }
}
