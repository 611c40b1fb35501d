// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

extension Job {
    /// The version of jobs that this gateway writes.
    static let writtenVersion: UInt32 = 1

    /// A job of one chunk.
    ///
    /// - Parameters:
    ///   - patience: Milliseconds that the client waits; 0: not at all.
    init(_ accepted: AcceptedJob, kind: OneOf_Kind, tenant: String, patience: Int64) {
        self.init()
        version = Self.writtenVersion
        jobID = accepted.id.description
        self.tenant = tenant
        signingTimeMs = accepted.acceptedAt
        waitUntilMs = patience > 0 ? accepted.acceptedAt.addingReportingOverflow(patience).partialValue : 0
        deadlineMs = accepted.deadline
        self.kind = kind
    }
}

extension OutgoingJob {
    /// The record of a job, addressed so that its reply finds the way back.
    init(_ job: Job, correlationID: CorrelationID, replyTo address: ReplyAddress, trace: TraceContext) throws {
        var headers: [(name: String, value: [UInt8])] = [
            (HeaderNames.contentType, Array(WireFormat.protobuf.contentType.utf8)),
            (HeaderNames.correlationID, correlationID.bytes),
            (HeaderNames.replyTopic, Array(address.topic.utf8)),
        ]
        if let partition = address.partition {
            headers.append((HeaderNames.replyPartition, ReplyAddress.bytes(of: partition)))
        }
        if let parent = trace.parent { headers.append((HeaderNames.traceParent, Array(parent.utf8))) }
        if let state = trace.state { headers.append((HeaderNames.traceState, Array(state.utf8))) }
        self.init(value: try WireFormat.protobuf.encode(job), headers: headers)
    }
}
