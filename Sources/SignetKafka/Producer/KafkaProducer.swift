// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Writes records to Kafka: idempotent, acknowledged by all replicas, accounted for by batch.
///
/// Runs as a service: its poll thread lives as long as `run()`. On graceful shutdown it flushes for at most
/// `flushTimeout`, then gives up on the rest, whose batches learn it.
public final class KafkaProducer: Service, Sendable {
    private struct State {
        var isStopping = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        var partitionCounts: [String: Int] = [:]
    }

    let client: NativeClient
    private let state = Mutex(State())
    private let queueLimit: Int
    private let flushTimeout: Duration
    private let pulse = Pulse()
    private let inFlight: InFlightBytes

    /// Settings unless the caller names them. `linger.ms` 1 groups what is produced together without costing a
    /// request more than that.
    public static let defaults = KafkaConfiguration([
        "enable.idempotence": "true", "acks": "all", "linger.ms": "1", "queue.buffering.max.messages": "100000",
    ])

    /// - Parameters:
    ///   - configuration: Any settings of librdkafka; those of `defaults` where it is silent.
    ///   - maximumInFlightBytes: Keys, values and headers that may wait for their acknowledgement; `append` refuses more
    ///     with `queueFull`.
    ///   - flushTimeout: How long a graceful shutdown waits for deliveries.
    ///   - metrics: Where the client's statistics go; `nil`: none are taken.
    public convenience init(
        configuration: KafkaConfiguration,
        maximumInFlightBytes: Int = 64 << 20,
        flushTimeout: Duration = .seconds(10),
        metrics: KafkaMetrics? = nil,
        logger: Logger
    ) throws(KafkaError) {
        guard configuration["transactional.id"] == nil else {
            throw KafkaError(
                code: .invalidArgument,
                message: "setting \"transactional.id\": it belongs to a KafkaTransactionalProducer"
            )
        }
        try self.init(
            settings: configuration,
            maximumInFlightBytes: maximumInFlightBytes,
            flushTimeout: flushTimeout,
            metrics: metrics,
            logger: logger
        )
    }

    /// - Parameter settings: With a transactional id or without.
    init(
        settings: KafkaConfiguration,
        maximumInFlightBytes: Int,
        flushTimeout: Duration,
        metrics: KafkaMetrics?,
        logger: Logger
    ) throws(KafkaError) {
        let settings = settings.merging(defaults: Self.defaults).taking(metrics)
        queueLimit = settings["queue.buffering.max.messages"].flatMap { Int($0) } ?? 100_000
        self.flushTimeout = flushTimeout
        inFlight = InFlightBytes(limit: maximumInFlightBytes)
        client = try NativeClient(
            RD_KAFKA_PRODUCER,
            configuration: settings,
            context: CallbackContext(logger: logger, metrics: metrics)
        ) { rd_kafka_conf_set_dr_msg_cb($0, KafkaDeliveryBatch.report) }
    }

    // MARK: Writing

    /// Begins a set of records whose deliveries are awaited together.
    public func makeBatch(minimumCapacity: Int = 1) -> KafkaDeliveryBatch {
        KafkaDeliveryBatch(client: client, inFlight: inFlight, minimumCapacity: minimumCapacity)
    }

    /// Waits until records and bytes in flight are at most half of what is allowed, or the producer stops.
    public func waitForCapacity() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isStopping || hasCapacity { return true }
                state.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private var hasCapacity: Bool { inFlight.isLow && Int(rd_kafka_outq_len(client.handle)) <= queueLimit / 2 }

    // MARK: The cluster

    /// How many partitions a topic has; asked once, then remembered.
    public func partitionCount(of topic: String, timeout: Duration = .seconds(5)) async throws(KafkaError) -> Int {
        if let known = state.withLock({ $0.partitionCounts[topic] }) { return known }
        let count = try await client.partitionCount(of: topic, timeout: timeout)
        state.withLock { $0.partitionCounts[topic] = count }
        return count
    }

    /// Asks any broker for an answer; throws if none comes in time.
    public func probe(timeout: Duration = .seconds(2)) async throws(KafkaError) {
        try await client.probe(timeout: timeout)
    }

    /// How long ago the poll loop came round, well below a second where all is well; `nil`: it does not run yet.
    public var pollAge: Duration? { pulse.age }

    // MARK: Life

    /// Serves deliveries until it is stopped, cancelled or shut down gracefully, then flushes; throws if the client failed
    /// for good.
    public func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await DedicatedThread.run {
                    self.poll()
                    self.close()
                }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
        if let fatal = client.fatalError { throw fatal }
    }

    /// Makes `run()` flush and return.
    public func stop() {
        state.withLock { $0.isStopping = true }
    }

    /// The poll thread: serves delivery reports and wakes those who wait for capacity.
    private func poll() {
        while !state.withLock({ $0.isStopping }), client.fatalError == nil {
            pulse.beat()
            rd_kafka_poll(client.handle, 100)
            let woken = state.withLock { state in
                guard !state.waiters.isEmpty, hasCapacity else { return [CheckedContinuation<Void, Never>]() }
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in woken { waiter.resume() }
        }
    }

    private func close() {
        let woken = state.withLock { state in
            state.isStopping = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in woken { waiter.resume() }
        if rd_kafka_flush(client.handle, flushTimeout.milliseconds) != RD_KAFKA_RESP_ERR_NO_ERROR {
            client.purge()
        }
        // From here on nobody reports deliveries: `append` refuses, and what slipped in before is given up.
        client.markClosed()
        client.purge()
    }
}
