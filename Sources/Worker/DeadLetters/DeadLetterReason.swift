// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// Why a record lies among the dead letters and where it came from, in the words of whoever put it there.
package struct DeadLetterReason: Sendable, Hashable {
    /// Who writes dead letters with headers of their own.
    package enum Vocabulary: String, Sendable, Hashable {
        /// Spring Kafka's `DeadLetterPublishingRecoverer`, and Signet: numbers are big-endian bytes.
        case spring
        /// Kafka Connect (KIP-298): text.
        case connect
        /// Kafka Streams (KIP-1034): text.
        case streams
    }

    package let vocabulary: Vocabulary
    /// The name of the exception; of Signet's own letters a failure code.
    package var code = ""
    package var message = ""
    package var topic: String?
    package var partition: Int32?
    package var offset: Int64?
    package var timestamp: Int64?
    package var group: String?

    /// Bytes of a text that is shown: a message may hold a whole stack.
    private static let longest = 2_000

    /// Reads the headers of any of the vocabularies; `nil` if there are none.
    ///
    /// - Parameter headers: The last one of each name.
    package init?(_ headers: [String: [UInt8]]) {
        func text(_ name: String) -> String? {
            headers[name].map { String(decoding: $0.prefix(Self.longest), as: UTF8.self) }
        }
        func decimal(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
        func binary(_ name: String) -> Int64? { headers[name].flatMap { SpringNumber.read($0) } }
        if headers.keys.contains(where: { $0.hasPrefix(HeaderNames.deadLetterPrefix) }) {
            vocabulary = .spring
            code = text(HeaderNames.deadLetterExceptionName) ?? ""
            message = text(HeaderNames.deadLetterExceptionMessage) ?? ""
            topic = text(HeaderNames.deadLetterOriginalTopic)
            partition = binary(HeaderNames.deadLetterOriginalPartition).map(Int32.init(clamping:))
            offset = binary(HeaderNames.deadLetterOriginalOffset)
            timestamp = binary(HeaderNames.deadLetterOriginalTimestamp)
            group = text(HeaderNames.deadLetterOriginalConsumerGroup)
        } else if let prefix = ["__connect.errors.", "__streams.errors."].first(where: { prefix in
            headers.keys.contains { $0.hasPrefix(prefix) }
        }) {
            let isConnect = prefix == "__connect.errors."
            vocabulary = isConnect ? .connect : .streams
            code = text(prefix + (isConnect ? "exception.class.name" : "exception")) ?? ""
            message = text(prefix + (isConnect ? "exception.message" : "message")) ?? ""
            topic = text(prefix + "topic")
            partition = decimal(prefix + "partition").map(Int32.init(clamping:))
            offset = decimal(prefix + "offset")
            group = isConnect ? text(prefix + "connector.name") : nil
        } else {
            return nil
        }
    }

    /// Whether a header belongs to one of the vocabularies: a replayed record has none of them.
    package static func owns(_ header: String) -> Bool {
        [HeaderNames.deadLetterPrefix, "__connect.errors.", "__streams.errors."].contains(where: header.hasPrefix)
    }
}
