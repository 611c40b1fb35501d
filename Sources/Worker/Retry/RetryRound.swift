// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// Where a record stands in its retries, as Spring Kafka's non-blocking retries write it into its headers
/// (`RetryTopicHeaders`).
package struct RetryRound: Sendable, Hashable {
    /// Topics of later rounds that the record came through.
    package let rounds: Int
    /// When the record may run, Unix milliseconds; `nil`: now.
    package let due: Int64?
    /// The time of the record on its first topic, Unix milliseconds.
    package let originalTimestamp: Int64?

    package init(rounds: Int, due: Int64?, originalTimestamp: Int64?) {
        self.rounds = rounds
        self.due = due
        self.originalTimestamp = originalTimestamp
    }

    /// Reads the headers; on a topic of first rounds they say nothing.
    ///
    /// - Parameter now: Unix milliseconds. Nobody can make a record wait longer than its topic says.
    init(of record: borrowing KafkaRecord, now: Int64) {
        guard let delay = TopicNames.retryDelay(of: record.topic) else {
            self.init(rounds: 0, due: nil, originalTimestamp: record.timestamp)
            return
        }
        func number(_ name: String) -> Int64? { (record.header(name) ?? nil).flatMap { SpringNumber.read($0) } }
        let latest = now.addingReportingOverflow(Int64(delay)).partialValue
        let due = number(HeaderNames.retryBackoffTimestamp) ?? record.timestamp.map { $0 &+ Int64(delay) } ?? now
        self.init(
            rounds: Int(clamping: number(HeaderNames.retryAttempts) ?? 1).clamped(to: 1...1_000),
            due: max(0, min(due, latest)),
            originalTimestamp: number(HeaderNames.retryOriginalTimestamp) ?? record.timestamp
        )
    }

    /// The headers of the next round.
    ///
    /// - Parameters:
    ///   - delay: Milliseconds.
    ///   - now: Unix milliseconds.
    func headers(afterRoundOf delay: Int, now: Int64) -> [KafkaHeader] {
        let due = now.addingReportingOverflow(Int64(delay)).partialValue
        return [
            KafkaHeader(name: HeaderNames.retryAttempts, value: SpringNumber.bytes(Int32(clamping: rounds + 1))),
            KafkaHeader(name: HeaderNames.retryBackoffTimestamp, value: SpringNumber.shortest(due)),
            KafkaHeader(
                name: HeaderNames.retryOriginalTimestamp,
                value: SpringNumber.shortest(originalTimestamp ?? now)
            ),
        ]
    }
}

extension Comparable {
    fileprivate func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
