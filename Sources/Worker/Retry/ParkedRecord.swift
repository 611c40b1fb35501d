// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// Where a record goes whose job did not come to its end here.
enum ParkingPlace: Sendable {
    /// The topic of the round after `delay` milliseconds.
    case later(delay: Int)
    case deadLetters(FailureError)
}

extension KafkaDeliveryBatch {
    /// Appends a record for a later round: bytes and headers as they are, and Spring's headers of retries.
    ///
    /// - Parameter now: Unix milliseconds.
    func append(_ record: borrowing KafkaRecord, afterRoundOf delay: Int, now: Int64) throws(KafkaError) {
        let origin = TopicNames.origin(of: record.topic)
        var headers = record.headers(without: [HeaderNames.retryPrefix, HeaderNames.deadLetterPrefix])
        headers += RetryRound(of: record, now: now).headers(afterRoundOf: delay, now: now)
        headers += record.place
        try append(
            topic: TopicNames.retry(of: origin, delay: delay),
            key: record.key,
            value: record.value,
            headers: headers
        )
    }

    /// Appends a job that goes on, in place of its record: the same headers and key, and a value of its own.
    ///
    /// - Parameters:
    ///   - delay: Milliseconds until it is run again; 0: at once.
    ///   - now: Unix milliseconds.
    func append(
        _ job: RecordProcessor.HoppingJob,
        inPlaceOf record: borrowing KafkaRecord,
        delay: Int,
        now: Int64
    ) throws(KafkaError) {
        let origin = TopicNames.origin(of: record.topic)
        var headers = record.headers(without: [HeaderNames.retryPrefix, HeaderNames.deadLetterPrefix])
        if delay > 0 {
            // It failed in no round before.
            let first = RetryRound(rounds: 0, due: nil, originalTimestamp: record.timestamp)
            headers += first.headers(afterRoundOf: delay, now: now)
        }
        try append(
            topic: delay > 0 ? TopicNames.retry(of: origin, delay: delay) : origin,
            key: record.key.map { Array($0) },
            value: job.value,
            headers: headers
        )
    }

    /// Appends a record to the dead letters of its first topic: bytes and headers as they were, and why.
    ///
    /// - Parameters:
    ///   - group: The consumer group that gave the record up.
    ///   - isReferenceOnly: Leaves out key, value and headers, for a record that fills a message already: its topic,
    ///     partition and offset lead to it while it is retained.
    func append(
        deadLetter record: borrowing KafkaRecord,
        of group: String,
        because failure: FailureError,
        isReferenceOnly: Bool
    ) throws(KafkaError) {
        // One bounded set of reasons: those of an earlier round are replaced.
        var headers = isReferenceOnly ? [] : record.headers(without: [HeaderNames.deadLetterPrefix])
        headers += record.place
        let message =
            isReferenceOnly
            ? failure.message + "; too large to be kept here: read it at its original offset" : failure.message
        for (name, text) in [
            (HeaderNames.deadLetterOriginalConsumerGroup, group),
            (HeaderNames.deadLetterExceptionName, failure.code.rawValue),
            (HeaderNames.deadLetterExceptionMessage, message),
        ] {
            headers.append(KafkaHeader(name: name, value: Array(text.utf8)))
        }
        try append(
            topic: TopicNames.deadLetters(of: TopicNames.origin(of: record.topic)),
            key: isReferenceOnly ? nil : record.key,
            value: isReferenceOnly ? nil : record.value,
            headers: headers
        )
    }
}

extension KafkaRecord {
    /// The record's headers but for those whose names begin so.
    fileprivate func headers(without prefixes: [String]) -> [KafkaHeader] {
        var headers: [KafkaHeader] = []
        forEachHeader { name, value in
            if prefixes.contains(where: name.hasPrefix) { return }
            headers.append(KafkaHeader(name: name, value: value.map { Array($0) }))
        }
        return headers
    }

    /// Where the record was first, in the headers of Spring Kafka; one that comes from a later round says so itself.
    fileprivate var place: [KafkaHeader] {
        let names = [
            HeaderNames.deadLetterOriginalTopic, HeaderNames.deadLetterOriginalPartition,
            HeaderNames.deadLetterOriginalOffset, HeaderNames.deadLetterOriginalTimestamp,
            HeaderNames.deadLetterOriginalTimestampType,
        ]
        if TopicNames.retryDelay(of: topic) != nil, header(HeaderNames.deadLetterOriginalTopic) != nil {
            return names.compactMap { name in
                (header(name) ?? nil).map { KafkaHeader(name: name, value: Array($0)) }
            }
        }
        var values = [Array(topic.utf8), SpringNumber.bytes(partition), SpringNumber.bytes(offset)]
        if let timestamp {
            values += [
                SpringNumber.bytes(timestamp), Array((isTimestampOfAppend ? "LogAppendTime" : "CreateTime").utf8),
            ]
        }
        return zip(names, values).map { KafkaHeader(name: $0, value: $1) }
    }
}
