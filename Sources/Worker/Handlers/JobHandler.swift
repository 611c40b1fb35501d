// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import SwiftProtobuf

/// Runs a job of any kind and gives what is to be published about it.
package struct JobHandler: Sendable {
    private let signing: S3SigningHandler
    private let cloudFront: CloudFrontSigningHandler
    private let worker: WorkerIdentity

    package init(credentials: CredentialResolver, worker: WorkerIdentity) {
        signing = S3SigningHandler(credentials: credentials)
        cloudFront = CloudFrontSigningHandler(credentials: credentials)
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
            case nil:
                throw FailureError(
                    .unsupported,
                    message: "this worker knows no job of that kind; known are s3Signing, cloudFrontSigning. "
                        + "Update the workers first"
                )
            }
        } catch {
            return refuse(job, error, now: now, warnings: warnings)
        }
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
            case .s3Signing, nil: job.s3Signing.operation
            }
        failed.bucket = job.s3Signing.s3Bucket
        failed.region = job.s3Signing.s3Region
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
