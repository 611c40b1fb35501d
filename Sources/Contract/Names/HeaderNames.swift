// SPDX-License-Identifier: Apache-2.0

/// Names of Kafka record headers.
package enum HeaderNames {
    /// Media type of the record's value: see `WireFormat`.
    package static let contentType = "content-type"

    /// Media type that the reply shall have; without it that of the job.
    package static let accept = "accept"

    // Request and reply, as Spring Kafka's `KafkaHeaders` names them.
    /// Opaque bytes, echoed into the reply.
    package static let correlationID = "kafka_correlationId"
    package static let replyTopic = "kafka_replyTopic"
    package static let replyPartition = "kafka_replyPartition"
    /// Set on a reply when something about the address was wrong but the reply could be sent.
    package static let warning = "signet_warning"

    // Dead letters, as Spring Kafka's `DeadLetterPublishingRecoverer` names them.
    package static let deadLetterPrefix = "kafka_dlt-"
    package static let deadLetterOriginalTopic = "kafka_dlt-original-topic"
    package static let deadLetterOriginalPartition = "kafka_dlt-original-partition"
    package static let deadLetterOriginalOffset = "kafka_dlt-original-offset"
    package static let deadLetterOriginalTimestamp = "kafka_dlt-original-timestamp"
    package static let deadLetterOriginalTimestampType = "kafka_dlt-original-timestamp-type"
    package static let deadLetterOriginalConsumerGroup = "kafka_dlt-original-consumer-group"
    package static let deadLetterExceptionName = "kafka_dlt-exception-fqcn"
    package static let deadLetterExceptionMessage = "kafka_dlt-exception-message"

    // Of what is replayed from the dead letters: how often it was, in decimal digits.
    package static let replays = "signet_replays"

    // Retries, as Spring Kafka's `RetryTopicHeaders` names them.
    package static let retryPrefix = "retry_topic-"
    /// Topics of later rounds that the record came through: a big-endian 32-bit number.
    package static let retryAttempts = "retry_topic-attempts"
    /// When it may run, Unix milliseconds, as Java's `BigInteger` writes its bytes.
    package static let retryBackoffTimestamp = "retry_topic-backoff-timestamp"
    /// The time of the record on its first topic, likewise.
    package static let retryOriginalTimestamp = "retry_topic-original-timestamp"

    // Tracing, as W3C Trace Context names them; echoed.
    package static let traceParent = "traceparent"
    package static let traceState = "tracestate"
}
