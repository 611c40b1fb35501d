// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import SwiftProtobuf
import Synchronization

/// Kafka and the workers behind it, as a test wants them: what becomes of each job is decided by a closure.
final class FakeWorkers: JobSink, RecordArchive {
    enum Act: Sendable {
        case reply(Reply)
        /// Delivered, and no reply of its own accord.
        case silence
        case delivery(JobDelivery)
    }

    private let act: @Sendable (ReceivedJob) -> Act
    private let reachable = Atomic<Bool>(true)
    private let room = Mutex<WaitingRoom?>(nil)
    private let batches = Mutex<BatchRegistry?>(nil)
    private let log: FakeJobStateLog
    private let records = Mutex<[[UInt8]]>([])
    /// Every job in the order of arrival.
    let received: AsyncStream<ReceivedJob>
    private let arrival: AsyncStream<ReceivedJob>.Continuation

    init(log: FakeJobStateLog, _ act: @escaping @Sendable (ReceivedJob) -> Act) {
        self.act = act
        self.log = log
        (received, arrival) = AsyncStream.makeStream()
    }

    func connect(to room: WaitingRoom, _ batches: BatchRegistry) {
        self.room.withLock { $0 = room }
        self.batches.withLock { $0 = batches }
    }

    var isReachable: Bool {
        get { reachable.load(ordering: .relaxed) }
        set { reachable.store(newValue, ordering: .relaxed) }
    }

    func deliver(_ outgoing: OutgoingJob) async -> JobDelivery {
        guard let job = try? ReceivedJob(outgoing) else { return .failed(.unavailable) }
        defer { arrival.yield(job) }
        let place = records.withLock { records in
            records.append(outgoing.value)
            return RecordPlace(partition: Int32(records.count % 3), offset: Int64(records.count - 1))
        }
        switch act(job) {
        case .silence: return .confirmed(at: place)
        case .delivery(let delivery): return delivery
        case .reply(let reply):
            send(reply, to: job)
            return .confirmed(at: place)
        }
    }

    func hasTopic(_ name: String) async -> Bool { !name.hasPrefix("missing") }

    func read(_ places: [RecordPlace]) async throws(RecordReadError) -> [[UInt8]] {
        let records = records.withLock { $0 }
        var values: [[UInt8]] = []
        for place in places {
            guard records.indices.contains(Int(place.offset)) else { throw .gone }
            values.append(records[Int(place.offset)])
        }
        return values
    }

    /// Forgets the records, as Kafka does after a time.
    func forgetRecords() { records.withLock { $0 = [] } }

    /// Brings a reply to the gateway, now, or to the results, or to both, as a worker does.
    func send(_ reply: Reply, to job: ReceivedJob) {
        let id = job.correlationID
        if ResultKeeping.keeps(
            completedAt: reply.completedAtMs,
            waitUntil: job.job.waitUntilMs,
            isReplied: id != nil
        ) {
            log.keepAsWorker(reply, to: job.job)
        } else if job.job.tracked {
            log.tellAsWorker(reply, to: job.job, at: [])
        }
        guard let id else { return }
        room.withLock { $0 }?.reply(to: id, reply)
        guard let batches = batches.withLock({ $0 }), let value = try? reply.serializedBytes() as [UInt8] else {
            return
        }
        try? value.withUnsafeBytes { try batches.reply(to: id, $0) }
    }

    /// The next job.
    func next() async -> ReceivedJob? {
        await received.first { _ in true }
    }
}
