// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

extension Job {
    /// The version of jobs that this gateway writes.
    static let writtenVersion: UInt32 = 1

    /// The head of a chunk of a batch.
    init(_ chunk: UInt32, of id: JobID, tenant: String, signingTime: Int64) {
        self.init()
        version = Self.writtenVersion
        jobID = id.description
        self.chunk = chunk
        self.tenant = tenant
        signingTimeMs = signingTime
    }

    /// A job of one chunk.
    init(_ accepted: AcceptedJob, kind: OneOf_Kind, tenant: String) {
        self.init()
        version = Self.writtenVersion
        jobID = accepted.id.description
        self.tenant = tenant
        signingTimeMs = accepted.acceptedAt
        waitUntilMs = accepted.waitUntil
        deadlineMs = accepted.deadline
        self.kind = kind
    }
}

extension Job {
    /// What the record is keyed by, so that steps of one upload keep their order; `nil`: there is none to keep.
    fileprivate var orderingKey: String? {
        guard case .s3Multipart(let multipart) = kind else { return nil }
        return multipart.uploadID.isEmpty ? jobID : multipart.uploadID
    }
}

extension OutgoingJob {
    /// The record of a job, addressed so that its reply finds the way back to whoever waits for it.
    ///
    /// - Parameter address: `nil`: nobody waits, and the reply is kept with the results.
    init(_ job: Job, correlationID: CorrelationID, replyTo address: ReplyAddress?, trace: TraceContext) throws {
        self.init(
            key: job.orderingKey.map { Array($0.utf8) },
            value: try WireFormat.protobuf.encode(job),
            headers: Self.headers(correlationID: correlationID, replyTo: address, trace: trace)
        )
    }

    /// The headers of a job's record.
    ///
    /// - Parameters:
    ///   - address: `nil`: nobody waits.
    ///   - accept: How the reply shall be written; `nil`: as the job.
    static func headers(
        correlationID: CorrelationID,
        replyTo address: ReplyAddress?,
        accept: WireFormat? = nil,
        trace: TraceContext
    ) -> [(name: String, value: [UInt8])] {
        var headers: [(name: String, value: [UInt8])] = [
            (HeaderNames.contentType, Array(WireFormat.protobuf.contentType.utf8))
        ]
        if let address {
            headers.append((HeaderNames.correlationID, correlationID.bytes))
            headers.append((HeaderNames.replyTopic, Array(address.topic.utf8)))
            if let partition = address.partition {
                headers.append((HeaderNames.replyPartition, ReplyAddress.bytes(of: partition)))
            }
        }
        if let accept { headers.append((HeaderNames.accept, Array(accept.contentType.utf8))) }
        if let parent = trace.parent { headers.append((HeaderNames.traceParent, Array(parent.utf8))) }
        if let state = trace.state { headers.append((HeaderNames.traceState, Array(state.utf8))) }
        return headers
    }
}
