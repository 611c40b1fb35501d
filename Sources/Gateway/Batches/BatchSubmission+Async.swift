// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// Batches whose results are asked for later.
extension BatchSubmission {
    /// Sends a batch; all of its items are on Kafka when this returns.
    ///
    /// Its first fact says that its input has not ended: should the gateway die meanwhile, the job ends `interrupted`.
    ///
    /// - Parameter known: Of a batch that may be sent again: the job that it is, and what tells it from others.
    func accept(
        _ request: BatchRequest,
        _ format: BatchAnswer.Format,
        _ source: BatchSource,
        to resultTopic: ResultTopic? = nil,
        as known: (id: JobID, fingerprint: BodyFingerprint)? = nil,
        trace: TraceContext
    ) async throws -> (job: AcceptedJob, refresh: RefreshTokens.Issued?) {
        guard sink.isReachable else { throw Problem.refused(.unavailable) }
        if waitingRoom.isClosed { throw Problem.refused(.closed) }
        let now = clock()
        let id = known?.id ?? JobID(unixMilliseconds: now)
        let template = try template(of: request, id, now: now)
        let headers = OutgoingJob.headers(
            correlationID: CorrelationID(id),
            replyTo: resultTopic.map { ReplyAddress(topic: $0.name) },
            accept: resultTopic?.format,
            trace: trace
        )
        var job = AcceptedJob(
            id: id,
            acceptedAt: now,
            deadline: now + deadline.milliseconds,
            answer: format.answer,
            warnings: request.warnings,
            resultTopic: resultTopic?.name
        )
        await states.accept(job, chunks: 0)
        do {
            let (chunks, trail, refused) = try await send(source, before: job.deadline) { chunk in
                try await send(chunk, of: id, template, headers, isTracked: resultTopic != nil)
            }
            // Those who read the topic do not learn of them.
            if resultTopic != nil { job.warnings += refused.warnings(format.answer) }
            guard chunks > 0 else {
                throw Problem(.missingField, field: "items", "the batch has no items; send at least one")
            }
            // The last of its chunks was given all of its time.
            job.deadline = clock() + deadline.milliseconds
            job.fingerprint = known?.fingerprint.value ?? Data()
            await states.accept(job, chunks: chunks)
            return (job, tokens.issue(trail, of: id, acceptedAt: now, answer: job.answer))
        } catch {
            // It was not accepted: nobody asks for its results, unless it is sent again.
            if known == nil { await states.cancel(id, now: clock()) }
            throw error
        }
    }

    /// Refuses a topic that results may not go to.
    func check(_ topic: ResultTopic) async throws(Problem) {
        try resultTopics.check(topic.name)
        guard await sink.hasTopic(topic.name) else {
            throw Problem(
                .unknownReplyTopic,
                field: "resultTopic",
                "there is no topic \(topic.name); create it, and let the workers write to it"
            )
        }
    }

    /// Sends chunk after chunk, a few at a time.
    ///
    /// - Returns: How many there were, where they are, and what was no item.
    private func send(
        _ source: BatchSource,
        before end: Int64,
        _ send: @escaping @Sendable (ChunkDraft) async throws -> RecordPlace?
    ) async throws -> (count: UInt32, ChunkTrail, RefusedPlaces) {
        try await withThrowingTaskGroup(of: (ChunkDraft, RecordPlace?).self) { group in
            var count: UInt32 = 0
            var trail = ChunkTrail()
            var refused = RefusedPlaces()
            func note(_ sent: (chunk: ChunkDraft, place: RecordPlace?)) {
                if sent.chunk.count > 0 { trail.add(sent.chunk.number, at: sent.place) }
            }
            while let chunk = try await source.next(isPatient: { true }) {
                guard clock() < end else {
                    throw Problem(
                        .inputTooSlow,
                        "the items took longer than \(deadline.milliseconds / 1_000) s to come (gateway.deadline); "
                            + "send them faster, or in several batches"
                    )
                }
                refused.add(chunk.places)
                if count >= UInt32(Self.window), let sent = try await group.next() { note(sent) }
                group.addTask { (chunk, try await send(chunk)) }
                count += 1
            }
            while let sent = try await group.next() { note(sent) }
            return (count, trail, refused)
        }
    }

    private func send(
        _ chunk: ChunkDraft,
        of id: JobID,
        _ template: BatchTemplate,
        _ headers: [(name: String, value: [UInt8])],
        isTracked: Bool
    ) async throws -> RecordPlace? {
        var job = try job(of: chunk, id: id, now: clock())
        job.tracked = isTracked
        let value = try template.record(of: job, items: chunk.items.bytes, firstItem: chunk.firstItem)
        switch await sink.deliver(OutgoingJob(value: value, headers: headers)) {
        case .failed(let refusal): throw Problem.refused(refusal)
        case .confirmed(let place): return place
        case .pending, .unknown: return nil
        }
    }
}
