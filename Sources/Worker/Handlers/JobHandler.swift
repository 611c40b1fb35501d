// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import S3ControlPlane
internal import SignetKafka
internal import SwiftProtobuf

/// Runs a job of any kind and gives what is to be published about it.
package struct JobHandler: Sendable {
    private let signing: S3SigningHandler
    private let cloudFront: CloudFrontSigningHandler
    /// `nil`: this worker asks S3 nothing.
    let multipart: S3MultipartHandler?
    /// `nil`: this worker sends none.
    let webhooks: WebhookSender?
    private let worker: WorkerIdentity

    /// - Parameter s3: How it asks S3; `nil`: it does not.
    package init(
        credentials: CredentialResolver,
        worker: WorkerIdentity,
        s3: S3Access? = nil,
        webhooks: WebhookSender? = nil
    ) {
        let signing = S3SigningHandler(credentials: credentials)
        self.signing = signing
        multipart = s3.map { S3MultipartHandler(credentials: credentials, signing: signing, s3: $0) }
        cloudFront = CloudFrontSigningHandler(credentials: credentials)
        self.webhooks = webhooks
        self.worker = worker
    }

    /// A job that was run: its reply, and the event that analytics see.
    package struct Answer: Sendable {
        package var reply: Reply
        package let event: CloudEvent?
        /// `nil`: success.
        package let failure: FailureError?
        /// URLs signed.
        package let signed: Int
    }

    /// What became of a job that asks S3.
    package enum Performance: Sendable {
        case answer(Answer)
        /// S3 cannot answer for now; and what is to be said if it does not in time.
        case unavailable(Answer)
        /// The job goes on later; nothing is answered yet.
        case hop(Hop)
        /// It is done, and nobody wants an answer.
        case finished
        /// The worker stopped before there was an answer.
        case interrupted
    }

    /// How a job goes on that takes its time.
    package struct Hop: Sendable {
        /// What is put back to Kafka.
        package let job: Job
        /// Milliseconds until it is run again; 0: at once.
        package let delay: Int
        /// How far it has come, if that is news, and the event of it.
        package let progress: JobFact?
        package let event: CloudEvent?
    }

    /// Runs a job that asks S3, or sends a webhook; it can be run again, whatever has become of it.
    ///
    /// - Parameters:
    ///   - recordTime: As for ``run(_:recordTime:now:warnings:)``.
    ///   - clock: The worker's, Unix milliseconds.
    ///   - mayBeRepeated: Whether it may have been run before.
    package func perform(
        _ job: Job,
        recordTime: Int64?,
        clock: () -> Int64,
        mayBeRepeated: Bool = true,
        warnings: [String] = []
    ) async -> Performance {
        var job = job
        job.completeTimes(recordTime: recordTime, now: clock())
        do {
            if case .webhook(let webhook) = job.kind {
                try job.checkEnvelope(now: clock())
                return try await send(webhook, job, now: clock())
            }
            guard case .s3Multipart(let request) = job.kind, let multipart else {
                return .answer(run(job, recordTime: recordTime, now: clock(), warnings: warnings))
            }
            try job.checkEnvelope(now: clock())
            if !request.webhook.isEmpty, job.hop == 0 {
                guard let webhooks else { throw FailureError(.unsupported, message: "this worker sends no webhooks") }
                _ = try webhooks.check(request.webhook)
            }
            let outcome = try await multipart.run(job, request, mayBeRepeated: mayBeRepeated, now: clock())
            let now = clock()
            if let hop = outcome.hop { return .hop(self.hop(hop, job, outcome, now: now)) }
            var reply = Reply(answering: job, now: now)
            reply.warnings = warnings + outcome.warnings
            reply.s3Multipart = outcome.result
            let event = event(of: outcome, job, now: now)
            let signed = outcome.result.initiated.window.items.count
            return .answer(Answer(reply: reply, event: event, failure: nil, signed: signed))
        } catch let error as FailureError {
            return .answer(refuse(job, error, now: clock(), warnings: warnings))
        } catch  where Task.isCancelled || error is CancellationError {
            return .interrupted
        } catch let error as S3Error {
            let answer = refuse(job, FailureError(error), now: clock(), warnings: warnings)
            return error.isRetriable ? .unavailable(answer) : .answer(answer)
        } catch let error as KafkaError {
            let failure = FailureError(
                .undeliverable,
                message: "job states could not be read or written: \(error.code)"
            )
            return .unavailable(refuse(job, failure, now: clock(), warnings: warnings))
        } catch {
            let failure = FailureError(.internal, message: "the step ended with an error that nobody foresaw")
            return .answer(refuse(job, failure, now: clock(), warnings: warnings))
        }
    }

    /// Runs one chunk.
    ///
    /// - Parameters:
    ///   - recordTime: The record's timestamp, Unix milliseconds: the signing time of a job that names none.
    ///   - now: The worker's clock, Unix milliseconds.
    ///   - warnings: What reading the record already had to say.
    package func run(_ job: Job, recordTime: Int64?, now: Int64, warnings: [String] = []) -> Answer {
        var job = job
        job.completeTimes(recordTime: recordTime, now: now)
        do throws(FailureError) {
            try job.checkEnvelope(now: now)
            switch job.kind {
            case .s3Signing(let request):
                let outcome = try signing.sign(job, request, now: now)
                var reply = Reply(answering: job, now: now)
                reply.warnings = warnings + outcome.warnings
                reply.s3Signing = outcome.result
                return answer(
                    job,
                    reply,
                    outcome.event(for: job, request),
                    subject: request.s3Bucket,
                    now: now,
                    signed: Int(outcome.signed)
                )
            case .cloudFrontSigning(let request):
                let outcome = try cloudFront.sign(job, request)
                var reply = Reply(answering: job, now: now)
                reply.warnings = warnings
                reply.cloudFrontSigning = outcome.result
                return answer(
                    job,
                    reply,
                    outcome.event(for: job),
                    subject: request.domain,
                    now: now,
                    signed: Int(outcome.signed)
                )
            case .s3Multipart, .webhook:
                throw FailureError(
                    .unsupported,
                    message: "jobs of the kinds s3Multipart and webhook wait for others: send them to the topic "
                        + "jobs.multipart"
                )
            case nil:
                throw FailureError(
                    .unsupported,
                    message:
                        "this worker knows no job of that kind; known are s3Signing, s3Multipart, cloudFrontSigning. "
                        + "Update the workers first"
                )
            }
        } catch {
            return refuse(job, error, now: now, warnings: warnings)
        }
    }

    private func hop(
        _ hop: S3MultipartOutcome.Hop,
        _ job: Job,
        _ outcome: S3MultipartOutcome,
        now: Int64
    ) -> Hop {
        let event = event(of: outcome, job, now: now)
        let fact = hop.progress.map { JobFact(jobID: job.jobID, tenant: job.tenant, .uploadProgress($0)) }
        var next = job
        next.hop &+= 1
        next.s3Multipart = hop.multipart
        return Hop(job: next, delay: hop.delay, progress: fact, event: event)
    }

    private func event(of outcome: S3MultipartOutcome, _ job: Job, now: Int64) -> CloudEvent? {
        guard let (type, data) = outcome.event(for: job, latency: latency(of: job, now: now), worker: worker.name)
        else { return nil }
        return event(type, job, subject: outcome.result.bucket, now: now, data: data)
    }

    private func answer(
        _ job: Job,
        _ reply: Reply,
        _ minted: UrlsMinted,
        subject: String,
        now: Int64,
        signed: Int
    ) -> Answer {
        var minted = minted
        minted.latencyMs = latency(of: job, now: now)
        minted.worker = worker.name
        return Answer(
            reply: reply,
            event: event(.urlsMinted, job, subject: subject, now: now, data: minted),
            failure: nil,
            signed: signed
        )
    }

    /// Answers a job that is not run.
    package func refuse(_ job: Job, _ failure: FailureError, now: Int64, warnings: [String] = []) -> Answer {
        var reply = Reply(answering: job, now: now)
        reply.warnings = warnings
        reply.failure = Failure(failure)
        var failed = JobFailed()
        failed.jobID = job.jobID
        failed.chunk = job.chunk
        failed.tenant = job.tenant
        failed.caller = job.caller
        failed.operation =
            switch job.kind {
            case .cloudFrontSigning(let signing): CloudFrontSigningHandler.operation(of: signing)
            case .s3Multipart(let multipart): multipart.operation ?? ""
            case .webhook: "Webhook"
            case .s3Signing, nil: job.s3Signing.operation
            }
        let target = if case .s3Multipart(let multipart) = job.kind { multipart.target } else { job.s3Signing }
        failed.bucket = target.s3Bucket
        failed.region = target.s3Region
        failed.domain = job.cloudFrontSigning.domain
        failed.code = failure.code.rawValue
        failed.field = failure.field
        failed.latencyMs = latency(of: job, now: now)
        failed.worker = worker.name
        return Answer(
            reply: reply,
            event: event(
                .jobFailed,
                job,
                subject: failed.bucket.isEmpty ? failed.domain : failed.bucket,
                now: now,
                data: failed
            ),
            failure: failure,
            signed: 0
        )
    }

    private func event(
        _ type: CloudEvent.EventType,
        _ job: Job,
        subject: String,
        now: Int64,
        data: some SwiftProtobuf.Message
    ) -> CloudEvent? {
        try? CloudEvent(
            type: type,
            jobID: job.jobID,
            chunk: job.chunk,
            hop: job.hop,
            source: worker.source,
            subject: subject,
            unixMilliseconds: now,
            data: data
        )
    }

    private func latency(of job: Job, now: Int64) -> Double {
        Double(max(0, now.subtractingReportingOverflow(job.signingTimeMs).partialValue))
    }
}

/// How a worker names itself in events and replies.
package struct WorkerIdentity: Sendable, Hashable {
    /// This process, e.g. `host-1234`.
    package let name: String
    /// The pool: the `source` of its events, a URI reference.
    package let source: String

    package init(name: String, pool: String = "default") {
        self.name = name
        source = "/signet/workers/\(pool)"
    }
}

extension Reply {
    init(answering job: Job, now: Int64) {
        self.init()
        version = 1
        jobID = job.jobID
        chunk = job.chunk
        tenant = job.tenant
        // Longer than that it is refused, and a refusal must fit into a record.
        if job.echo.count <= Job.maximumEcho { echo = job.echo }
        completedAtMs = now
    }
}
