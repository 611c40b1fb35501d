// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Synchronization

/// The topics of results and job states, as a test wants them, for one gateway.
final class FakeJobStateLog: JobStateLog {
    let index: JobStateIndex
    /// What the gateway told, in order.
    let told: AsyncStream<JobFact>
    private let tells: AsyncStream<JobFact>.Continuation
    private let results = Mutex<[Reply]>([])

    init(retention: Duration) throws {
        index = try JobStateIndex(path: nil, retention: retention)
        index.isCurrent = true
        (told, tells) = AsyncStream.makeStream()
    }

    func tell(_ fact: JobFact) async { tells.yield(fact) }

    func keep(_ reply: Reply, of id: JobID) async -> RecordPlace? {
        RecordPlace(partition: 0, offset: store(reply))
    }

    func results(at places: [RecordPlace]) async throws(JobStateError) -> [Reply] {
        let kept = results.withLock { $0 }
        var replies: [Reply] = []
        for place in places {
            guard kept.indices.contains(Int(place.offset)) else { throw .gone }
            replies.append(kept[Int(place.offset)])
        }
        return replies
    }

    /// Keeps a reply as its worker does, and tells of it.
    func keepAsWorker(_ reply: Reply, to job: Job) {
        tellAsWorker(reply, to: job, at: [store(reply)])
    }

    /// Tells of a reply as its worker does.
    func tellAsWorker(_ reply: Reply, to job: Job, at offsets: [Int64]) {
        var done = ChunkDone(reply, acceptedAt: job.signingTimeMs, deadline: job.deadlineMs)
        done.offsets = offsets
        let fact = JobFact(jobID: job.jobID, tenant: job.tenant, .chunkDone(done))
        index.add([(fact, reply.completedAtMs)])
    }

    /// Forgets what was kept, as Kafka does after a time.
    func forgetResults() { results.withLock { $0 = [] } }

    private func store(_ reply: Reply) -> Int64 {
        results.withLock { results in
            results.append(reply)
            return Int64(results.count - 1)
        }
    }
}
