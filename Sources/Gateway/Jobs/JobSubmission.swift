// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// Makes a request a job, produces it, and waits for what comes of it.
struct JobSubmission: Sendable {
    let tenant: String
    let sealing: RequestSealing
    let sink: any JobSink
    let waitingRoom: WaitingRoom
    let states: JobStates
    /// From acceptance to expiry.
    let deadline: Duration
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64

    /// How a submission ends for the request.
    enum Outcome: Sendable {
        case replied(Reply)
        /// The job goes on and its state can be asked for.
        case goesOn
    }

    /// Submits a job.
    ///
    /// - Parameters:
    ///   - known: Of a request that may be sent again: the job that it is. Its reply is kept for then.
    ///   - patience: How long to wait for the reply.
    func submit(
        _ request: SigningRequest,
        as known: Idempotency? = nil,
        patience: Duration,
        trace: TraceContext
    ) async throws(Problem) -> (AcceptedJob, Outcome) {
        guard let address = waitingRoom.replyAddress else {
            throw .notPositioned
        }
        guard sink.isReachable else { throw Problem.refused(.unavailable) }
        let now = clock()
        // A job that takes its time has an answer when it has one.
        let patience = request.life == nil ? min(patience, deadline).milliseconds : 0
        let life = request.life.map { $0 + Self.lastSteps } ?? deadline
        let job = AcceptedJob(
            id: known?.id ?? JobID(unixMilliseconds: now),
            acceptedAt: now,
            deadline: now.addingReportingOverflow(life.milliseconds).partialValue,
            // From its acceptance on nobody may wait for a reply that is to be kept in any case.
            waitUntil: patience > 0 ? known == nil ? now.addingReportingOverflow(patience).partialValue : now : 0,
            answer: request.answer,
            warnings: request.warnings,
            customerKeys: request.work.customerKeys,
            fingerprint: known?.fingerprint ?? Data()
        )
        let isAwaited = patience > 0
        let record = try record(of: job, request, replyTo: isAwaited ? address : nil, trace: trace)
        switch isAwaited
            ? try await wait(for: job, record, patience: .milliseconds(patience)) : try await send(record)
        {
        case .replied(let reply):
            // Told when it is on Kafka, and not before: what was refused may be sent again.
            if known != nil { await states.accept(job) }
            return (job, .replied(reply))
        case .refused(let refusal):
            var problem = Problem.refused(refusal)
            problem.jobID = job.id
            throw problem
        case .detached:
            await states.accept(job)
            return (job, .goesOn)
        }
    }

    /// Produces a record whose reply nobody waits for.
    private func send(_ record: OutgoingJob) async throws(Problem) -> WaitingOutcome {
        if waitingRoom.isClosed { throw Problem.refused(.closed) }
        return switch await sink.deliver(record) {
        case .failed(let refusal): .refused(refusal)
        case .confirmed, .unknown, .pending: .detached
        }
    }

    /// Produces the record, and waits for reply, refusal or the end of patience, whichever comes first.
    private func wait(
        for job: AcceptedJob,
        _ record: OutgoingJob,
        patience: Duration
    ) async throws(Problem) -> WaitingOutcome {
        do throws(WaitingRefusal) {
            try waitingRoom.open(job)
        } catch {
            throw Problem.refused(error)
        }
        let id = CorrelationID(job.id)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { waitingRoom.delivery(of: id, await sink.deliver(record)) }
            group.addTask {
                // Cancelled when the reply is there, or when the process ends: then the wait is over, too.
                try? await Task.sleep(for: patience)
                waitingRoom.waitIsOver(for: id)
            }
            let outcome = await waitingRoom.wait(for: id)
            group.cancelAll()
            return outcome
        }
    }

    private func record(
        of job: AcceptedJob,
        _ request: SigningRequest,
        replyTo address: ReplyAddress?,
        trace: TraceContext
    ) throws(Problem) -> OutgoingJob {
        let kind: Job.OneOf_Kind =
            switch request.work {
            case .s3(let signing, let secrets):
                .s3Signing(try sealing.seal(secrets, into: signing, of: job.id, notAfterMs: job.deadline))
            case .multipart(var multipart, let secrets):
                .s3Multipart(try complete(&multipart, with: secrets, of: job, life: request.life))
            case .cloudFront(let signing): .cloudFrontSigning(signing)
            }
        let message = Job(job, kind: kind, tenant: tenant)
        do {
            return try OutgoingJob(message, correlationID: CorrelationID(job.id), replyTo: address, trace: trace)
        } catch {
            throw Problem(.internal, "the job could not be written")
        }
    }

    /// What a job that takes its time gets to end in when that is over.
    private static let lastSteps = Duration.seconds(900)

    private func complete(
        _ multipart: inout S3MultipartJob,
        with secrets: RequestSecrets,
        of job: AcceptedJob,
        life: Duration?
    ) throws(Problem) -> S3MultipartJob {
        if let life { multipart.untilMs = job.acceptedAt.addingReportingOverflow(life.milliseconds).partialValue }
        multipart.target = try sealing.seal(
            secrets,
            into: multipart.target,
            of: job.id,
            operations: multipart.operations,
            notAfterMs: job.deadline
        )
        return multipart
    }
}
