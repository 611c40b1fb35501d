// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// Reads one record, runs its job, and says what is to be written: the life of a job inside the worker.
///
/// Reading is synchronous: bytes of the record are borrowed from librdkafka and must not outlive the call. What is read
/// is a job of its own, which may ask S3.
struct RecordProcessor: Sendable {
    let handler: JobHandler
    let encoder: ReplyEncoder
    let allowedReplyTopics: ReplyTopicPolicy

    /// What is to be written because of one record.
    struct Verdict {
        var reply: AddressedReply?
        var result: KeptResult?
        var event: CloudEvent?
        /// The job's trace context, which what it gave goes on with (W3C Trace Context).
        var trace: [KafkaHeader] = []
        /// Why the record goes to the dead letters, with its original bytes.
        var deadLetter: FailureError?
        /// When the job expires, Unix milliseconds; `nil` where it could not be read.
        var deadline: Int64?
        /// URLs signed.
        var signed = 0
        /// `nil`: success. Bounded: for metrics.
        var failure: FailureCode?
        /// Where nothing is written for now, what becomes of the record instead.
        var postponement: Postponement?
        /// A job that tells of the end of this one.
        var webhook: Job?
    }

    enum Postponement {
        /// It is run again after some milliseconds: what it needs cannot be had for now.
        case later(delay: Int)
        /// What it was put back as goes on after some milliseconds; 0: at once.
        case hop(HoppingJob, delay: Int)
        /// The worker stops, or its partition has gone: whoever has it next runs it.
        case interrupted
    }

    /// A job that is put back to Kafka.
    struct HoppingJob {
        let value: [UInt8]
        let progress: JobFact?
        /// The hop that is done with it.
        let done: HopMemory.Hop
    }

    /// A job as its record has it.
    struct ReadJob: Sendable {
        fileprivate let job: Job
        fileprivate let format: WireFormat
        fileprivate let replyFormat: WireFormat?
        fileprivate let route: ReplyRoute
        fileprivate let trace: [KafkaHeader]
        /// The record's timestamp, Unix milliseconds.
        fileprivate let recordTime: Int64?
        /// What reading it had to say.
        fileprivate let warnings: [String]

        /// Whether it asks S3, or tells somebody, which takes its time.
        var asksOthers: Bool {
            switch job.kind {
            case .s3Multipart, .webhook: true
            case .s3Signing, .cloudFrontSigning, nil: false
            }
        }

        fileprivate var isWebhook: Bool { if case .webhook = job.kind { true } else { false } }

        /// Which hop of which job it is. A webhook is no hop of the job whose end it tells: that may have to be written again.
        var hop: HopMemory.Hop {
            HopMemory.Hop(jobID: isWebhook ? "\(job.jobID)/webhook" : job.jobID, number: job.hop)
        }

        /// When it expires, Unix milliseconds.
        func deadline(now: Int64) -> Int64 { job.deadline(recordTime: recordTime, now: now) }
    }

    /// What reading a record gave.
    enum Reading {
        case job(ReadJob)
        /// There is nothing to run.
        case verdict(Verdict)
    }

    /// A reply with the headers that its record carries.
    struct AddressedReply {
        let address: ReplyAddress
        let values: [[UInt8]]
        let format: WireFormat
        let jobID: String
        var trace: [KafkaHeader] = []
        var warning: String?
    }

    /// A reply that is kept, and what is told of it once it lies on its topic.
    struct KeptResult {
        /// None: the reply is not kept, but told of.
        let values: [[UInt8]]
        let jobID: String
        let tenant: String
        let done: ChunkDone
    }

    /// Reads the job of a record.
    ///
    /// - Parameters:
    ///   - now: The worker's clock, Unix milliseconds.
    ///   - refusal: Answers this instead of running the job.
    func read(_ record: borrowing KafkaRecord, now: Int64, refusal: FailureError? = nil) -> Reading {
        let route = replyRoute(of: record)

        guard let value = record.value else {
            return .verdict(poison("the record has no value", answering: route, as: .protobuf, now: now))
        }
        let contentType = record.header(HeaderNames.contentType) ?? nil
        guard let format = WireFormat(contentType: contentType, value: value) else {
            return .verdict(
                poison(
                    "content-type must be application/protobuf or application/json",
                    answering: route,
                    as: .protobuf,
                    now: now
                )
            )
        }
        var warnings: [String] = []
        let message: Job
        do throws(FailureError) {
            message = try format.decode(Job.self, from: value, warnings: &warnings)
        } catch {
            return .verdict(poison(error.message, answering: route, as: format, now: now))
        }
        let job = ReadJob(
            job: message,
            format: format,
            replyFormat: Self.replyFormat(of: record),
            route: route,
            trace: trace(of: record),
            recordTime: record.timestamp,
            warnings: warnings
        )
        if let refusal { return .verdict(verdict(of: job, handler.refuse(message, refusal, now: now), now: now)) }
        guard case .forbidden(let topic) = route else { return .job(job) }
        let failure = FailureError(
            .replyTopicNotAllowed,
            field: HeaderNames.replyTopic,
            message: "replies may not be written to \(topic); name a topic that replies.allowed matches"
        )
        var verdict = verdict(of: job, handler.refuse(message, failure, now: now), now: now)
        // Nobody can be told: the record is kept for whoever reads the dead letters.
        verdict.deadLetter = failure
        return .verdict(verdict)
    }

    /// Runs a job that needs nothing but the worker itself.
    func run(_ job: ReadJob, now: Int64) -> Verdict {
        verdict(
            of: job,
            handler.run(job.job, recordTime: job.recordTime, now: now, warnings: job.warnings),
            now: now
        )
    }

    /// Runs a job that asks S3, or tells somebody.
    ///
    /// - Parameters:
    ///   - clock: The worker's, Unix milliseconds.
    ///   - rounds: Topics of later rounds that it came through.
    ///   - mayBeRepeated: Whether it may have been run before, in this round.
    ///   - delay: After how many milliseconds it can be run again if S3 cannot answer; `nil`: then it has failed.
    func run(
        _ job: ReadJob,
        clock: () -> Int64,
        rounds: Int,
        mayBeRepeated: Bool,
        orAgainAfter delay: Int?
    ) async -> Verdict {
        let performance = await handler.perform(
            job.job,
            recordTime: job.recordTime,
            clock: clock,
            mayBeRepeated: mayBeRepeated || rounds > 0,
            warnings: job.warnings
        )
        switch performance {
        case .answer(let answer):
            var verdict = verdict(of: job, answer, now: clock())
            // Nobody waits for it: whoever reads the dead letters can send it again.
            if job.isWebhook { verdict.deadLetter = answer.failure }
            return verdict
        case .finished: return Verdict()
        case .unavailable(let answer):
            guard let delay else { return verdict(of: job, answer, now: clock()) }
            return postponed(job, .later(delay: delay), now: clock())
        case .interrupted: return postponed(job, .interrupted, now: clock())
        case .hop(let hop):
            guard let value = try? job.format.encode(hop.job) else {
                let failure = FailureError(.internal, message: "the job could not be written")
                return verdict(of: job, handler.refuse(job.job, failure, now: clock()), now: clock())
            }
            let hopping = HoppingJob(value: value, progress: hop.progress, done: job.hop)
            var verdict = postponed(job, .hop(hopping, delay: hop.delay), now: clock())
            verdict.event = hop.event
            verdict.trace = job.trace
            return verdict
        }
    }

    private func postponed(_ job: ReadJob, _ postponement: Postponement, now: Int64) -> Verdict {
        var verdict = Verdict()
        verdict.deadline = job.deadline(now: now)
        verdict.postponement = postponement
        return verdict
    }

    private func verdict(of job: ReadJob, _ answer: JobHandler.Answer, now: Int64) -> Verdict {
        var verdict = Verdict()
        verdict.deadline = job.deadline(now: now)
        verdict.event = answer.event
        verdict.trace = job.trace
        verdict.signed = answer.signed
        verdict.failure = answer.failure?.code
        if case .address(let address, let warning) = job.route {
            let format = job.replyFormat ?? job.format
            verdict.reply = AddressedReply(
                address: address,
                values: encoder.encode(answer.reply, as: format),
                format: format,
                jobID: answer.reply.jobID,
                trace: verdict.trace,
                warning: warning
            )
        }
        verdict.result = result(of: job.job, answer.reply, route: job.route, recordTime: job.recordTime, now: now)
        verdict.webhook = JobHandler.webhook(for: job.job, answer, now: now)
        return verdict
    }

    /// How the producer wants the reply to be written; `nil`: as it wrote the job.
    private static func replyFormat(of record: borrowing KafkaRecord) -> WireFormat? {
        guard let type = record.header(HeaderNames.accept) ?? nil, !type.isEmpty else { return nil }
        return WireFormat(contentType: type, value: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// What is kept of a reply that nobody may wait for any more, or told of one that goes elsewhere; `nil`: nothing.
    private func result(of job: Job, _ reply: Reply, route: ReplyRoute, recordTime: Int64?, now: Int64) -> KeptResult? {
        let isReplied: Bool
        switch route {
        case .none: isReplied = false
        case .address: isReplied = true
        case .forbidden: return nil
        }
        let isKept = ResultKeeping.keeps(completedAt: now, waitUntil: job.waitUntilMs, isReplied: isReplied)
        guard isKept || job.tracked, JobID(job.jobID) != nil, (1...128).contains(job.tenant.utf8.count)
        else { return nil }
        return KeptResult(
            values: isKept ? encoder.encode(reply, as: .protobuf) : [],
            jobID: job.jobID,
            tenant: job.tenant,
            done: ChunkDone(
                reply,
                acceptedAt: job.signingTimeMs == 0 ? recordTime ?? now : job.signingTimeMs,
                deadline: job.deadline(recordTime: recordTime, now: now)
            )
        )
    }

    /// The headers of W3C Trace Context, where they have a length that it allows.
    private func trace(of record: borrowing KafkaRecord) -> [KafkaHeader] {
        var headers: [KafkaHeader] = []
        for name in [HeaderNames.traceParent, HeaderNames.traceState] {
            if let value = record.header(name) ?? nil, (1...512).contains(value.count) {
                headers.append(KafkaHeader(name: name, value: Array(value)))
            }
        }
        return headers
    }

    // MARK: Where the reply goes

    fileprivate enum ReplyRoute: Sendable {
        /// The producer wants no reply.
        case none
        case address(ReplyAddress, warning: String?)
        /// A topic that is not allowed.
        case forbidden(String)
    }

    private func replyRoute(of record: borrowing KafkaRecord) -> ReplyRoute {
        guard let name = record.header(HeaderNames.replyTopic) ?? nil, !name.isEmpty else { return .none }
        let topic = String(decoding: name.prefix(249), as: UTF8.self)
        guard name.count <= 249, allowedReplyTopics.allows(topic) else { return .forbidden(topic) }
        let correlationID = (record.header(HeaderNames.correlationID) ?? nil).map { Array($0) }
        var partition: Int32?
        var warning: String?
        if let bytes = record.header(HeaderNames.replyPartition) ?? nil {
            partition = ReplyAddress.partition(from: bytes)
            if partition == nil { warning = "\(HeaderNames.replyPartition) is no partition number and was ignored" }
        }
        return .address(
            ReplyAddress(topic: topic, partition: partition, correlationID: correlationID),
            warning: warning
        )
    }

    // MARK: What cannot be read

    /// A record that ends its workers: its value is not even read.
    func quarantine(_ record: borrowing KafkaRecord, now: Int64) -> Verdict {
        refuse(
            FailureError(
                .quarantined,
                message: "\(Quarantine.limit) workers ended while they had this record; it is not run any more. "
                    + "Update the workers, then replay it from the dead letters"
            ),
            answering: replyRoute(of: record),
            as: .protobuf,
            now: now
        )
    }

    private func poison(
        _ message: String,
        answering route: ReplyRoute,
        as format: WireFormat,
        now: Int64
    ) -> Verdict {
        refuse(FailureError(.malformed, message: message), answering: route, as: format, now: now)
    }

    /// A record that is not, or cannot be, read: kept as it is, and whoever waits is told.
    private func refuse(
        _ failure: FailureError,
        answering route: ReplyRoute,
        as format: WireFormat,
        now: Int64
    ) -> Verdict {
        var verdict = Verdict()
        verdict.deadLetter = failure
        verdict.failure = failure.code
        if case .address(let address, let warning) = route {
            var reply = Reply()
            reply.version = 1
            reply.completedAtMs = now
            reply.failure = Failure(failure)
            verdict.reply = AddressedReply(
                address: address,
                values: encoder.encode(reply, as: format),
                format: format,
                jobID: "",
                warning: warning
            )
        }
        return verdict
    }
}
