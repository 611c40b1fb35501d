// SPDX-License-Identifier: Apache-2.0

/// How a consumer hands out records.
public struct KafkaConsumerOptions: Sendable {
    /// Records in one batch at most.
    public var maximumBatchRecords: Int
    /// Batches that may be held before the consumer waits for the release of one.
    public var maximumOutstandingBatches: Int
    /// How long a revocation waits for `complete()`; below `max.poll.interval.ms` and the broker's rebalance timeout.
    public var drainBudget: Duration
    /// Whether offsets must follow each other: a gap is read again, and told if it stays. Off for topics that are compacted
    /// or written by transactions.
    public var detectsGaps: Bool
    /// How long the poll thread waits for a record before it looks for other work.
    public var pollTimeout: Duration

    /// Numbers below 1 count as 1.
    public init(
        maximumBatchRecords: Int = 500,
        maximumOutstandingBatches: Int = 64,
        drainBudget: Duration = .seconds(20),
        detectsGaps: Bool = true,
        pollTimeout: Duration = .milliseconds(500)
    ) {
        self.maximumBatchRecords = max(1, maximumBatchRecords)
        self.maximumOutstandingBatches = max(1, maximumOutstandingBatches)
        self.drainBudget = drainBudget
        self.detectsGaps = detectsGaps
        self.pollTimeout = pollTimeout
    }
}
