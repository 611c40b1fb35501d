// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import SwiftProtobuf

/// One event in CloudEvents 1.0 Kafka binary mode: attributes as `ce_` headers, JSON data as the value.
package struct CloudEvent: Sendable {
    /// Event types that Signet publishes.
    package enum EventType: String, Sendable, CaseIterable {
        case urlsMinted = "signet.urls.minted.v1"
        case jobFailed = "signet.job.failed.v1"
        case multipartInitiated = "signet.multipart.initiated.v1"
        case multipartProgress = "signet.multipart.progress.v1"
        case multipartCompleted = "signet.multipart.completed.v1"
        case multipartAborted = "signet.multipart.aborted.v1"
    }

    package let type: EventType
    /// Derives from job, chunk, type and hop, so a redelivery repeats it.
    package let id: String
    /// Names the worker pool, e.g. `/signet/workers/default`.
    package let source: String
    /// The bucket.
    package let subject: String
    /// RFC 3339.
    package let time: String
    /// Protobuf-JSON of the data message.
    package let data: [UInt8]

    package init(
        type: EventType,
        jobID: String,
        chunk: UInt32,
        hop: UInt32 = 0,
        source: String,
        subject: String,
        unixMilliseconds: Int64,
        data: some SwiftProtobuf.Message
    ) throws {
        self.type = type
        id = "\(jobID)/\(chunk)/\(type.rawValue)" + (hop == 0 ? "" : "/\(hop)")
        self.source = source
        self.subject = subject
        time = Timestamp.rfc3339(unixMilliseconds: unixMilliseconds)
        self.data = try data.jsonUTF8Bytes(options: WireFormat.jsonOptions)
    }

    /// Header names and values, in the order of the specification's table of attributes.
    package var headers: [(name: String, value: String)] {
        var headers = [
            ("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", source), ("ce_type", type.rawValue),
            ("ce_time", time), (HeaderNames.contentType, "application/json"),
        ]
        if !subject.isEmpty { headers.append(("ce_subject", subject)) }
        return headers
    }

    /// The event as one JSON object, `application/cloudevents+json` (CloudEvents 1.0, JSON Event Format).
    package var structured: Data {
        get throws {
            var attributes = [
                "specversion": "1.0", "id": id, "source": source, "type": type.rawValue, "time": time,
                "datacontenttype": "application/json",
            ]
            if !subject.isEmpty { attributes["subject"] = subject }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // The data is JSON already.
            return try encoder.encode(attributes).dropLast() + Data(#","data":"#.utf8) + data + Data("}".utf8)
        }
    }
}
