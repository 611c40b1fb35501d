// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SwiftProtobuf

/// Runs batches: sends their chunks to the workers as the items come, and streams the results back, no faster than either
/// side takes them.
struct BatchSubmission: Sendable {
    /// Chunks of a batch under way at most: enough to keep workers busy, and little enough to hold in memory.
    static let window = 16
    /// How long a sealed credential of a batch may be used: the most that a job's deadline allows.
    private static let sealedLife: Int64 = 86_400_000
    /// How long a client that sends may read nothing while its items wait.
    private static let patience = Duration.seconds(10)
    /// How long the rest of what such a client sends is passed over, so that it comes to read why.
    private static let discardTime = Duration.seconds(30)

    let tenant: String
    let sealing: RequestSealing
    /// Leads to the topic of bulk jobs.
    let sink: any JobSink
    let waitingRoom: WaitingRoom
    let registry: BatchRegistry
    let states: JobStates
    let metrics: GatewayMetrics
    let tokens: RefreshTokens
    let resultTopics: ResultTopic.Policy
    /// From the sending of a chunk to its expiry.
    let deadline: Duration
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64

    /// A batch that replies are brought to as long as somebody holds it.
    final class Batch: Sendable {
        /// The job that its chunks belong to.
        let id: JobID
        let template: BatchTemplate
        let headers: [(name: String, value: [UInt8])]
        /// Keys of SSE-C that the answer's headers hold.
        let customerKeys: CustomerKeys?
        let warnings: [String]
        /// Unix milliseconds; `nil`: an earlier batch, which has its token already.
        let acceptedAt: Int64?
        let progress: BatchProgress
        private let correlationID: CorrelationID
        private let registry: BatchRegistry

        fileprivate init(
            _ id: JobID,
            _ template: BatchTemplate,
            _ call: Call,
            customerKeys: CustomerKeys?,
            warnings: [String],
            acceptedAt: Int64?,
            registry: BatchRegistry
        ) throws(Problem) {
            self.id = id
            self.template = template
            self.customerKeys = customerKeys
            self.warnings = warnings
            self.acceptedAt = acceptedAt
            headers = OutgoingJob.headers(
                correlationID: call.correlationID,
                replyTo: call.address,
                trace: call.trace
            )
            progress = BatchProgress(limit: BatchSubmission.window, order: call.order)
            correlationID = call.correlationID
            self.registry = registry
            do throws(WaitingRefusal) {
                try registry.open(progress, as: correlationID)
            } catch {
                throw Problem.refused(error)
            }
        }

        deinit {
            registry.remove(correlationID)
        }
    }

    /// The request that a batch is answered by.
    fileprivate struct Call {
        let correlationID: CorrelationID
        let address: ReplyAddress
        let order: BatchProgress.Window.Order
        let trace: TraceContext
    }

    /// Makes a request a batch.
    func open(
        _ request: BatchRequest,
        order: BatchProgress.Window.Order,
        trace: TraceContext
    ) throws(Problem) -> Batch {
        let now = clock()
        let id = JobID(unixMilliseconds: now)
        let call = try call(id, order: order, trace: trace)
        let template = try template(of: request, id, now: now)
        return try Batch(
            id,
            template,
            call,
            customerKeys: request.work.customerKeys,
            warnings: request.warnings,
            acceptedAt: now,
            registry: registry
        )
    }

    /// Opens a batch whose chunks were sent before, to sign them again.
    func reopen(
        _ id: JobID,
        template: BatchTemplate,
        warnings: [String],
        order: BatchProgress.Window.Order,
        trace: TraceContext
    ) throws(Problem) -> Batch {
        // Replies to one time are not those to another.
        let call = try call(JobID(unixMilliseconds: clock()), order: order, trace: trace)
        return try Batch(
            id,
            template,
            call,
            customerKeys: nil,
            warnings: warnings,
            acceptedAt: nil,
            registry: registry
        )
    }

    private func call(
        _ id: JobID,
        order: BatchProgress.Window.Order,
        trace: TraceContext
    ) throws(Problem) -> Call {
        guard let address = waitingRoom.replyAddress else { throw .notPositioned }
        guard sink.isReachable else { throw Problem.refused(.unavailable) }
        return Call(correlationID: CorrelationID(id), address: address, order: order, trace: trace)
    }

    func template(of request: BatchRequest, _ id: JobID, now: Int64) throws(Problem) -> BatchTemplate {
        try request.template(for: id, sealing: sealing, notAfterMs: now + Self.sealedLife)
    }

    /// A chunk's job without its kind.
    func job(of chunk: ChunkDraft, id: JobID, now: Int64) throws -> Job {
        var job = Job(chunk.number, of: id, tenant: tenant, signingTime: now)
        job.deadlineMs = now + deadline.milliseconds
        job.echo = try ChunkPlaces(chunk.places).serializedBytes()
        return job
    }

    // MARK: The answer

    /// Runs a batch.
    ///
    /// The first chunk is answered before the response begins: what is wrong with all items becomes its status.
    func run(_ batch: Batch, _ format: BatchAnswer.Format, _ source: BatchSource) async throws -> Response {
        guard let chunk = try await source.next(isPatient: { false }) else {
            throw Problem(.missingField, field: "items", "the batch has no items; send at least one")
        }
        guard let first = try await answer(chunk, of: batch) else {
            throw Problem(batch.progress.stopReason ?? .expired)
        }
        return Response(
            status: .ok,
            headers: [.contentType: format.contentType, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                do {
                    try await write(first, of: batch, format, source, to: &writer)
                } catch {
                    // Nobody reads any more. Who waits in the batch learns it.
                    batch.progress.stop(Self.disconnected)
                    throw error
                }
            }
        )
    }

    /// Sends the first chunk and waits for its answer.
    private func answer(_ chunk: ChunkDraft, of batch: Batch) async throws(Problem) -> BatchProgress.Window.Ended? {
        let first = await withTaskGroup(of: Void.self) { group in
            let now = add(chunk, to: batch)
            group.addTask { await send(chunk, of: batch, now: now) }
            group.addTask { await watch(batch) }
            let first = await batch.progress.next()
            group.cancelAll()
            return first
        }
        guard chunk.count > 0, let first else { return first }
        if var problem = first.answer.problemOfAll {
            problem.jobID = batch.id
            throw problem
        }
        return first
    }

    private func write(
        _ first: BatchProgress.Window.Ended,
        of batch: Batch,
        _ format: BatchAnswer.Format,
        _ source: BatchSource,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var answer = BatchAnswer(
            format,
            of: format == .ndjson ? .lines : .items,
            jobID: batch.id,
            customerKeys: batch.customerKeys,
            warnings: batch.warnings
        )
        var trail = ChunkTrail()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await watch(batch) }
            let sending = OneShot<Void>()
            group.addTask {
                await send(source, of: batch)
                sending.resolve(.success(()))
            }
            do {
                var next: BatchProgress.Window.Ended? = first
                while let chunk = next {
                    answer.write(chunk)
                    if chunk.content.count > 0 { trail.add(chunk.number, at: chunk.place) }
                    batch.progress.beginWriting()
                    try await writer.write(ByteBuffer(bytes: answer.take()))
                    // What came in meanwhile waits for nothing else.
                    if batch.progress.written(), let rest = source.cutIfAny() {
                        let now = add(rest, to: batch)
                        group.addTask { await send(rest, of: batch, now: now) }
                    }
                    next = await batch.progress.next()
                }
                let reason = batch.progress.stopReason
                if reason == nil {
                    for id in await source.unknownIDs { answer.write(unknown: id) }
                }
                answer.finish(
                    reason,
                    isComplete: reason == nil,
                    refresh: reason == nil ? token(of: trail, batch, format) : nil
                )
                metrics.items(signed: answer.signed, failed: answer.failed)
                try await writer.write(ByteBuffer(bytes: answer.take()))
                try await writer.finish(nil)
                // A client that still sends is let finish, or it would never read.
                if reason == .unread { try await sending.value() }
            } catch {
                batch.progress.stop(Self.disconnected)
                throw error
            }
            group.cancelAll()
        }
    }

    private func token(of trail: ChunkTrail, _ batch: Batch, _ format: BatchAnswer.Format) -> RefreshTokens.Issued? {
        batch.acceptedAt.flatMap { tokens.issue(trail, of: batch.id, acceptedAt: $0, answer: format.answer) }
    }

    // MARK: Sending

    /// Sends chunk after chunk, as many at a time as the window allows.
    private func send(_ source: BatchSource, of batch: Batch) async {
        let progress = batch.progress
        await withDiscardingTaskGroup { group in
            do {
                while progress.stopReason == nil,
                    let chunk = try await source.next(isPatient: { !progress.isIdle })
                {
                    await progress.waitForRoom()
                    let now = add(chunk, to: batch)
                    group.addTask { await send(chunk, of: batch, now: now) }
                }
                guard progress.stopReason == .unread else { return progress.endInput() }
                try await discard(source)
            } catch let problem as Problem {
                progress.stop(problem.failures.first ?? Self.nothing)
            } catch {
                progress.stop(Self.disconnected)
            }
        }
    }

    private func discard(_ source: BatchSource) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.discard() }
            group.addTask { try await Task.sleep(for: Self.discardTime) }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Notes a chunk as under way.
    ///
    /// - Returns: The time that its signatures carry.
    private func add(_ chunk: ChunkDraft, to batch: Batch) -> Int64 {
        let now = clock()
        batch.progress.add(chunk, deadline: now + deadline.milliseconds)
        return now
    }

    private func send(_ chunk: ChunkDraft, of batch: Batch, now: Int64) async {
        // Where all is wrong already, there is nothing to ask the workers for.
        guard chunk.count > 0 else { return batch.progress.refuse(chunk.number, Self.nothing) }
        do {
            var job = try job(of: chunk, id: batch.id, now: now)
            // Somebody waits up to the end: no result needs to be kept.
            job.waitUntilMs = job.deadlineMs
            let value = try batch.template.record(of: job, items: chunk.items.bytes, firstItem: chunk.firstItem)
            switch await sink.deliver(OutgoingJob(value: value, headers: batch.headers)) {
            case .failed(let refusal):
                batch.progress.refuse(chunk.number, Problem.refused(refusal).failures.first ?? Self.nothing)
            case .confirmed(let place): batch.progress.delivered(chunk.number, at: place)
            case .pending, .unknown: batch.progress.delivered(chunk.number, at: nil)
            }
        } catch {
            batch.progress.refuse(chunk.number, Self.nothing)
        }
    }

    /// Looks now and then for what does not happen, until it is cancelled.
    private func watch(_ batch: Batch) async {
        while true {
            do {
                try await Task.sleep(for: .milliseconds(250))
            } catch {
                return
            }
            batch.progress.expire(now: clock())
            batch.progress.stopIfUnread(for: Self.patience)
        }
    }

    private static let nothing = FailureError(.internal, message: "the items could not be sent to the workers")
    private static let disconnected = FailureError(.internal, message: "the client has gone")
}
