// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import ServiceLifecycle
internal import SignetKafka
internal import Synchronization

/// Writes the events of a lane and the offsets of their records in the same transactions, one after the other: of an event
/// that is read as committed there is one, however often its job ran.
///
/// Ends after everything that finishes batches has ended.
final class EventTransactions: Service {
    private struct State: ~Copyable {
        var ledger = EventLedger()
        /// Batches that wait for their end.
        var batches: [OffsetLedger.Ticket: CheckedContinuation<Void, Never>] = [:]
        var drains = Drains()
        /// Waits for something to write.
        var writer: CheckedContinuation<Void, Never>?
        var isStopping = false
        var hasEnded = false
        /// Since when transactions fail.
        var failingSince: ContinuousClock.Instant?

        /// Takes out who need not wait any more.
        mutating func released(_ over: [OffsetLedger.Ticket]) -> [CheckedContinuation<Void, Never>] {
            var drains = drains
            defer { self.drains = drains }
            return over.compactMap { batches.removeValue(forKey: $0) }
                + drains.released { hasEnded || ledger.isDrained($0) }
        }
    }

    /// How long one step of a transaction may take before it is given up.
    private static let patience = Duration.seconds(10)
    private static let firstDelay = Duration.milliseconds(100)
    private static let longestDelay = Duration.seconds(10)

    private let state = Mutex(State())
    private let consumer: KafkaConsumer
    private let makeProducer: @Sendable () throws(KafkaError) -> KafkaTransactionalProducer
    private let topic: String
    private let metrics: WorkerMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - consumer: Whose offsets are written; it commits none itself.
    ///   - topic: Where events go.
    ///   - makeProducer: Each time under the same transactional id.
    init(
        consumer: KafkaConsumer,
        topic: String,
        metrics: WorkerMetrics,
        logger: Logger,
        makeProducer: @escaping @Sendable () throws(KafkaError) -> KafkaTransactionalProducer
    ) {
        self.consumer = consumer
        self.topic = topic
        self.metrics = metrics
        self.logger = logger
        self.makeProducer = makeProducer
    }

    /// For how long transactions have failed; `nil`: they do not.
    var failingFor: Duration? { state.withLock { $0.failingSince.map { .now - $0 } } }

    // MARK: What the pool tells

    func begin(_ partitions: [KafkaTopicPartition], epoch: UInt64) {
        resume { $0.ledger.begin(partitions, epoch: epoch) }
    }

    /// Finishes a batch; returns when its events and offsets are committed, or are others' business.
    func finish(
        _ ticket: OffsetLedger.Ticket,
        ranges: RecordRanges,
        epoch: UInt64,
        events: [KafkaTopicPartition: [EventRecord]],
        in inFlight: InFlight
    ) async {
        await withCheckedContinuation { continuation in
            let isKept = state.withLock { state in
                if state.hasEnded { return false }
                state.batches[ticket] = continuation
                return true
            }
            guard isKept else {
                inFlight.abandon(ticket)
                return continuation.resume()
            }
            resume { state in
                state.ledger.keep(
                    ticket,
                    positions: ranges.mapValues { $0.upperBound + 1 },
                    epoch: epoch,
                    events: events
                )
            }
            inFlight.finish(ticket) { position in state.withLock { $0.ledger.advance(to: position) } }
            wakeWriter()
        }
    }

    /// Waits until nothing of these partitions waits for a transaction. Nothing of them is in flight any more.
    func drain(_ partitions: Set<KafkaTopicPartition>) async {
        resume { $0.ledger.forgetWaiting(of: partitions) }
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if state.hasEnded || state.ledger.isDrained(partitions) { return true }
                state.drains.add(continuation, of: partitions)
                return false
            }
            if isDrained { continuation.resume() }
        }
    }

    private func resume(_ change: (inout State) -> [OffsetLedger.Ticket]) {
        let released = state.withLock { state in
            let over = change(&state)
            return state.released(over)
        }
        for continuation in released { continuation.resume() }
    }

    private func wakeWriter() {
        let writer = state.withLock { state in
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume()
    }

    // MARK: The one writer

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            while await runProducer() {}
        } onCancelOrGracefulShutdown: {
            self.state.withLock { $0.isStopping = true }
            self.wakeWriter()
        }
        resume { state in
            state.hasEnded = true
            return state.ledger.forgetAll()
        }
    }

    /// Works with one producer until it can do no more.
    ///
    /// - Returns: Whether another one is needed.
    private func runProducer() async -> Bool {
        let producer: KafkaTransactionalProducer
        do throws(KafkaError) {
            producer = try makeProducer()
        } catch {
            note(error)
            return await pauses(for: Self.longestDelay)
        }
        return await withTaskGroup(of: Void.self) { group in
            // Its end is seen by what its calls answer.
            group.addTask { try? await producer.run() }
            let isWanted = await write(with: producer)
            producer.stop()
            await group.waitForAll()
            return isWanted
        }
    }

    /// - Returns: Whether another producer is needed.
    private func write(with producer: KafkaTransactionalProducer) async -> Bool {
        guard let isUsable = await initialize(producer) else { return false }
        guard isUsable else { return await pauses(for: Self.firstDelay) }
        var delay = Self.firstDelay
        while let shares = await next() {
            let topic = topic
            let outcome = await producer.transact(
                shares.map(\.position),
                of: consumer,
                patience: Self.patience
            ) { batch throws(KafkaError) in
                for event in shares.lazy.flatMap(\.events) {
                    try await Self.append(event, to: batch, of: producer, topic: topic)
                }
            }
            switch outcome {
            case .committed:
                metrics.count(.committed, events: shares.reduce(0) { $0 + $1.events.count })
                delay = Self.firstDelay
                resume { state in
                    state.failingSince = nil
                    return state.ledger.committed()
                }
            case .aborted(let error):
                metrics.count(.aborted, events: 0)
                note(error)
                resume { state in state.ledger.aborted { [consumer] in !consumer.owns($0) } }
                guard await pauses(for: delay) else { return false }
                delay = min(delay * 2, Self.longestDelay)
            case .unknown(let error):
                metrics.count(.unknown, events: 0)
                note(error)
                return await pauses(for: delay)
            }
        }
        return false
    }

    private static func append(
        _ event: EventRecord,
        to batch: KafkaDeliveryBatch,
        of producer: KafkaTransactionalProducer,
        topic: String
    ) async throws(KafkaError) {
        while true {
            do throws(KafkaError) {
                return try batch.append(topic: topic, value: event.value, headers: event.headers)
            } catch  where error.code == .queueFull {
                await producer.waitForCapacity()
            }
        }
    }

    /// Makes the transactional id this producer's, and learns what became of a transaction that was left open.
    ///
    /// - Returns: Whether it may be used; `nil`: no other is needed, for the worker stops.
    private func initialize(_ producer: KafkaTransactionalProducer) async -> Bool? {
        var delay = Self.firstDelay
        while true {
            do throws(KafkaError) {
                try await producer.initialize(timeout: Self.patience)
                break
            } catch {
                note(error)
                if error.isFatal || error.requiresAbort { return false }
            }
            guard await pauses(for: delay) else { return nil }
            delay = min(delay * 2, Self.longestDelay)
        }
        while !(await reconcile()) {
            guard await pauses(for: delay) else { return nil }
        }
        return true
    }

    /// Asks the group how far it has come: what it has committed went with its events.
    private func reconcile() async -> Bool {
        let partitions = state.withLock { $0.ledger.inTransaction }
        var committed: [KafkaTopicPartition: Int64] = [:]
        if !partitions.isEmpty {
            do throws(KafkaError) {
                committed = try await consumer.committed(partitions)
            } catch {
                note(error)
                return false
            }
        }
        resume { state in
            state.ledger.aborted { [consumer] position in
                committed[position.partition] ?? -1 >= position.next || !consumer.owns(position)
            }
        }
        return true
    }

    /// What the next transaction holds; `nil`: the worker stops, and nothing is left.
    private func next() async -> [EventLedger.Share]? {
        while true {
            let (shares, isOver) = state.withLock { ($0.ledger.take(), $0.isStopping) }
            if let shares { return shares }
            if isOver { return nil }
            await withCheckedContinuation { continuation in
                let hasWork = state.withLock { state in
                    if state.isStopping || !state.ledger.isEmpty { return true }
                    state.writer = continuation
                    return false
                }
                if hasWork { continuation.resume() }
            }
        }
    }

    /// - Returns: `false` if the worker stops instead.
    private func pauses(for duration: Duration) async -> Bool {
        if state.withLock({ $0.isStopping }) { return false }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
        return !state.withLock { $0.isStopping }
    }

    private func note(_ error: KafkaError) {
        let isFirst = state.withLock { state in
            defer { state.failingSince = state.failingSince ?? .now }
            return state.failingSince == nil
        }
        logger.log(
            level: isFirst ? .warning : .debug,
            "Events and offsets could not be committed; will try again",
            metadata: ["code": "\(error.code)", "error": "\(error)"]
        )
    }
}
