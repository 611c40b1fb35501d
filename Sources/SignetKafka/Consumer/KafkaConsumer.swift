// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Reads records in batches, as a member of a group (`subscribe`) or on its own (`assign`).
///
/// Runs as a service with one thread that polls, rebalances and carries out what other threads ask for, in order.
/// Offsets are stored by the caller when work is done and committed by the library every `auto.commit.interval.ms`,
/// on revocation and on closing. On graceful shutdown the consumer stops fetching, lets its partitions be drained,
/// commits, leaves the group and ends `events`.
public final class KafkaConsumer: Service, Sendable {
    private let poller: ConsumerPoller

    /// Settings unless the caller names them.
    ///
    /// The library's prefetch queue stalls for about a second when it is full, so it is held well above what a second
    /// of peak load needs; memory is bounded by `queued.max.messages.kbytes`.
    public static let defaults = KafkaConfiguration([
        "auto.offset.reset": "earliest",
        "enable.auto.commit": "true",
        "auto.commit.interval.ms": "1000",
        "partition.assignment.strategy": "range",
        "queued.min.messages": "100000",
        "queued.max.messages.kbytes": "131072",
    ])

    /// - Parameters:
    ///   - configuration: Any settings of librdkafka; those of `defaults` where it is silent. Without `group.id` the
    ///     consumer can only `assign`.
    ///   - metrics: Where the client's statistics go; `nil`: none are taken.
    public init(
        configuration: KafkaConfiguration,
        options: KafkaConsumerOptions = KafkaConsumerOptions(),
        metrics: KafkaMetrics? = nil,
        logger: Logger
    ) throws(KafkaError) {
        var settings = configuration.merging(defaults: Self.defaults).taking(metrics)
        guard settings["enable.auto.offset.store"] ?? "false" == "false" else {
            throw KafkaError(
                code: .invalidArgument,
                message: "setting \"enable.auto.offset.store\" must stay false: offsets are stored when work is done"
            )
        }
        settings["enable.auto.offset.store"] = "false"
        if settings["group.id"] == nil {
            // The library wants one even where no group is used.
            settings["group.id"] = "signet-none"
            settings["enable.auto.commit"] = "false"
        }
        poller = try ConsumerPoller(configuration: settings, options: options, metrics: metrics, logger: logger)
    }

    /// Everything that happens, for one reader. Ends when the consumer has closed.
    public var events: KafkaConsumerEvents { KafkaConsumerEvents(mailbox: poller.mailbox) }

    /// Joins the group for these topics.
    public func subscribe(to topics: [String]) async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.subscribe(to: topics) }
    }

    /// Reads these partitions from these positions, without a group.
    public func assign(_ positions: [KafkaTopicPartition: KafkaOffset]) async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.assign(positions) }
    }

    /// Notes that everything before `next` is done.
    ///
    /// - Parameter epoch: The epoch of the batch that the work came in.
    /// - Throws: `state` if the partition was lost, or assigned anew, since then.
    public func storeOffset(_ next: Int64, of partition: KafkaTopicPartition, epoch: UInt64) throws(KafkaError) {
        try poller.storeOffset(next, of: partition, epoch: epoch)
    }

    /// Whether what was read up to a position is still this consumer's: its partition was not lost, or assigned anew, since.
    public func owns(_ position: KafkaPosition) -> Bool { poller.owns(position) }

    /// Who the consumer is in its group, for offsets that a transaction carries.
    ///
    /// - Throws: `state` with `requiresAbort` if one of the partitions was lost, or assigned anew, since its epoch.
    func membership(of positions: [KafkaPosition]) throws(KafkaError) -> NativeMembership {
        try poller.membership(of: positions)
    }

    /// Commits what was stored, now.
    public func commit() async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.commitStored() }
    }

    /// Stops fetching of these partitions until they are resumed or assigned anew.
    public func pause(_ partitions: [KafkaTopicPartition]) async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.pause(partitions) }
    }

    /// Fetches of these partitions again.
    public func resume(_ partitions: [KafkaTopicPartition]) async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.resume(partitions) }
    }

    /// Goes on reading assigned partitions at these offsets, under a new epoch: what was read before can no longer store
    /// offsets.
    ///
    /// - Throws: `invalidArgument` for `.stored`: ask `committed` for it; `state` for partitions that are not assigned.
    public func seek(to offsets: [KafkaTopicPartition: KafkaOffset]) async throws(KafkaError) {
        try await poller.perform { poller throws(KafkaError) in try poller.seek(to: offsets) }
    }

    /// What is assigned to this consumer now.
    public var assignment: Set<KafkaTopicPartition> { poller.assignment }

    // MARK: Offsets

    /// What the group has committed; nothing for partitions of which nothing was.
    public func committed(
        _ partitions: some Collection<KafkaTopicPartition>,
        timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        try await poller.client.committed(Array(partitions), timeout: timeout)
    }

    /// The first offsets whose records are as old as these times, Unix milliseconds, or younger; the end of a partition
    /// without such a record.
    public func offsets(
        at times: [KafkaTopicPartition: Int64],
        timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        guard let wrong = times.first(where: { $0.value < 0 }) else {
            return try await poller.client.offsets(for: times, timeout: timeout)
        }
        throw KafkaError(code: .invalidArgument, message: "the time of \(wrong.key) is before 1970")
    }

    /// The next offsets to be written.
    public func ends(
        of partitions: some Collection<KafkaTopicPartition>,
        timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        try await poller.client.ends(of: Array(partitions), timeout: timeout)
    }

    /// How many records are there that the group has not committed: of partitions without a commit, all that are kept.
    public func lag(
        of partitions: some Collection<KafkaTopicPartition>,
        timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [KafkaTopicPartition: Int64] {
        let partitions = Array(partitions)
        let committed = try await committed(partitions, timeout: timeout)
        let ends = try await ends(of: partitions, timeout: timeout)
        var lag: [KafkaTopicPartition: Int64] = [:]
        for partition in partitions {
            guard let end = ends[partition] else { continue }
            let done: Int64
            if let offset = committed[partition] {
                done = offset
            } else {
                done = try await watermarks(of: partition, timeout: timeout).low
            }
            lag[partition] = max(0, end - done)
        }
        return lag
    }

    /// The oldest offset that is kept, and the next one to be written.
    public func watermarks(
        of partition: KafkaTopicPartition,
        timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> (low: Int64, high: Int64) {
        try await poller.watermarks(of: partition, timeout: timeout)
    }

    /// How many partitions a topic has.
    public func partitionCount(of topic: String, timeout: Duration = .seconds(5)) async throws(KafkaError) -> Int {
        try await poller.client.partitionCount(of: topic, timeout: timeout)
    }

    /// Asks any broker for an answer; throws if none comes in time.
    public func probe(timeout: Duration = .seconds(2)) async throws(KafkaError) {
        try await poller.client.probe(timeout: timeout)
    }

    /// How long ago the poll loop came round, at most about a poll's timeout where all is well; `nil`: it does not run yet.
    public var pollAge: Duration? { poller.pulse.age }

    /// Polls until it is stopped, cancelled or shut down gracefully; throws if the client failed for good.
    public func run() async throws {
        let poller = poller
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await DedicatedThread.run { poller.run() }
            } onGracefulShutdown: {
                poller.stop()
            }
        } onCancel: {
            poller.stop()
        }
        if let fatal = poller.client.fatalError { throw fatal }
    }

    /// Makes `run()` drain, leave the group and return.
    public func stop() {
        poller.stop()
    }
}
