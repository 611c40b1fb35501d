// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// Reads one record, runs its job, and says what is to be written: the life of a job inside the worker.
///
/// Synchronous: bytes of the record are borrowed from librdkafka and must not outlive the call.
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

    /// Runs the job of a record.
    ///
    /// - Parameters:
    ///   - now: The worker's clock, Unix milliseconds.
    ///   - refusal: Answers this instead of running the job.
    func process(_ record: borrowing KafkaRecord, now: Int64, refusal: FailureError? = nil) -> Verdict {
        var verdict = Verdict()
        let route = replyRoute(of: record)

        guard let value = record.value else {
            return poison("the record has no value", answering: route, as: .protobuf, now: now)
        }
        let contentType = record.header(HeaderNames.contentType) ?? nil
        guard let format = WireFormat(contentType: contentType, value: value) else {
            return poison(
                "content-type must be application/protobuf or application/json",
                answering: route,
                as: .protobuf,
                now: now
            )
        }

        let answer: JobHandler.Answer
        let job: Job
        do throws(FailureError) {
            var warnings: [String] = []
            job = try format.decode(Job.self, from: value, warnings: &warnings)
            verdict.deadline = job.deadline(recordTime: record.timestamp, now: now)
            if let refusal {
                answer = handler.refuse(job, refusal, now: now)
            } else if case .forbidden(let topic) = route {
                let failure = FailureError(
                    .replyTopicNotAllowed,
                    field: HeaderNames.replyTopic,
                    message: "replies may not be written to \(topic); name a topic that replies.allowed matches"
                )
                answer = handler.refuse(job, failure, now: now)
                // Nobody can be told: the record is kept for whoever reads the dead letters.
                verdict.deadLetter = failure
            } else {
                answer = handler.run(job, recordTime: record.timestamp, now: now, warnings: warnings)
            }
        } catch {
            return poison(error.message, answering: route, as: format, now: now)
        }
        verdict.event = answer.event
        verdict.trace = trace(of: record)
        verdict.signed = answer.signed
        verdict.failure = answer.failure?.code
        if case .address(let address, let warning) = route {
            let format = Self.replyFormat(of: record) ?? format
            verdict.reply = AddressedReply(
                address: address,
                values: encoder.encode(answer.reply, as: format),
                format: format,
                jobID: answer.reply.jobID,
                trace: verdict.trace,
                warning: warning
            )
        }
        verdict.result = result(of: job, answer.reply, route: route, recordTime: record.timestamp, now: now)
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

    private enum ReplyRoute {
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
