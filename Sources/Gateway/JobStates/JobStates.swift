// SPDX-License-Identifier: Apache-2.0

package import Contract

/// What is known of jobs that no request waits for, and what this gateway has to tell of them.
package struct JobStates: Sendable {
    private let index: JobStateIndex
    private let log: any JobStateLog
    private let tenant: String

    /// For how long a job that was accepted just now may be unknown, for its acceptance is on its way from another gateway.
    private static let patience = Duration.seconds(1)
    /// Milliseconds for which a job counts as accepted just now.
    private static let youth: Int64 = 10_000

    package init(index: JobStateIndex, log: any JobStateLog, tenant: String) {
        self.index = index
        self.log = log
        self.tenant = tenant
    }

    /// Tells that a job goes on without anyone waiting; returns when everybody can know.
    ///
    /// - Parameter chunks: 0: more of its input is to come.
    func accept(_ job: AcceptedJob, chunks: UInt32 = 1) async {
        var accepted = JobAccepted()
        accepted.acceptedAtMs = job.acceptedAt
        accepted.deadlineMs = job.deadline
        accepted.chunks = chunks
        accepted.answer = job.answer.rawValue
        accepted.warnings = job.warnings
        accepted.fingerprint = job.fingerprint
        accepted.resultTopic = job.resultTopic ?? ""
        // Should nobody else learn it, this gateway still knows: the job is on Kafka, so its client is told so.
        await tell(.accepted(accepted), of: job.id, at: job.acceptedAt)
    }

    /// Keeps the reply to a job whose client has stopped waiting, unless its worker has done so.
    func settle(_ job: AcceptedJob, _ reply: Reply) async {
        guard
            !ResultKeeping.keeps(completedAt: reply.completedAtMs, waitUntil: job.waitUntil, isReplied: true),
            let place = await log.keep(reply, of: job.id)
        else { return }
        var done = ChunkDone(reply, acceptedAt: job.acceptedAt, deadline: job.deadline)
        (done.partition, done.offsets) = (place.partition, [place.offset])
        await tell(.chunkDone(done), of: job.id, at: reply.completedAtMs)
    }

    /// Ends a job that has not ended yet.
    func cancel(_ id: JobID, now: Int64) async {
        var cancelled = JobCancelled()
        cancelled.atMs = now
        await tell(.cancelled(cancelled), of: id, at: now)
    }

    /// What is known of a job; `nil`: nothing, or nothing any more.
    ///
    /// - Parameter now: Unix milliseconds.
    func find(_ id: JobID, now: Int64) async throws(JobStateError) -> JobRecord? {
        if let record = try index.record(of: id, tenant: tenant, now: now) { return record }
        guard index.isCurrent else { throw .notCurrent }
        let age = now - id.unixMilliseconds
        guard age.magnitude < Self.youth else { return nil }
        await index.waitForFact(of: id, isFirst: true, atMost: Self.patience)
        return try index.record(of: id, tenant: tenant, now: now)
    }

    /// Waits until more is told of a job; what came just before the call is not waited for.
    func waitForNews(of id: JobID, atMost patience: Duration) async {
        await index.waitForFact(of: id, isFirst: false, atMost: patience)
    }

    /// The replies of some chunks, in their order.
    func results(of chunks: some Collection<ChunkDone>, of id: JobID) async throws(JobStateError) -> [Reply] {
        let places = chunks.flatMap { chunk in
            chunk.offsets.map { RecordPlace(partition: chunk.partition, offset: $0) }
        }
        var parts = try await log.results(at: places)[...]
        var replies: [Reply] = []
        for chunk in chunks {
            var assembly = ReplyAssembly()
            var whole: Reply?
            for part in parts.prefix(chunk.offsets.count) {
                guard part.jobID == id.description, part.chunk == chunk.chunk else { throw .gone }
                whole = assembly.add(part) ?? whole
            }
            guard let whole else { throw .gone }
            replies.append(whole)
            parts = parts.dropFirst(chunk.offsets.count)
        }
        return replies
    }

    /// This gateway knows its own facts at once, whether or not it can tell others.
    private func tell(_ fact: JobFact.OneOf_Fact, of id: JobID, at time: Int64) async {
        let fact = JobFact(jobID: id.description, tenant: tenant, fact)
        index.add([(fact, time)])
        await log.tell(fact)
    }
}

/// Why nothing can be said of a job.
package enum JobStateError: Error, Sendable {
    /// The facts of earlier have not all been read yet.
    case notCurrent
    /// Kafka keeps the result no longer.
    case gone
    /// Kafka, or the index, does not answer.
    case unavailable
}

/// Where facts and results are written, and results are read.
package protocol JobStateLog: Sendable {
    /// Writes a fact for everybody, within a bounded time or not at all.
    func tell(_ fact: JobFact) async
    /// Writes a reply to the results.
    ///
    /// - Returns: Where it lies; `nil`: it could not be written.
    func keep(_ reply: Reply, of id: JobID) async -> RecordPlace?
    /// Reads records of the results.
    ///
    /// - Returns: What they hold, in the order of `places`.
    func results(at places: [RecordPlace]) async throws(JobStateError) -> [Reply]
}
