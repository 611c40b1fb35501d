// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
public import Logging
public import ServiceLifecycle

/// Writes records and consumed offsets together: readers with `isolation.level=read_committed` see all of a transaction or
/// nothing of it (Kafka, KIP-98 and KIP-447).
///
/// Runs as a service, as a `KafkaProducer` does. Call `initialize` once, then `transact`, one call after the other; or the
/// single steps, whose errors tell by `transactionRemedy` how to go on.
public final class KafkaTransactionalProducer: Service, Sendable {
    private let producer: KafkaProducer
    /// Names the producer across restarts: a new one of the same name ends the transactions of the one before.
    public let transactionalID: String

    /// - Parameters:
    ///   - transactionalID: The same after a restart, and nobody else's at the same time.
    ///   - configuration: Any settings of librdkafka; those of `KafkaProducer.defaults` where it is silent.
    ///   - maximumInFlightBytes: As of a `KafkaProducer`.
    ///   - metrics: Where the client's statistics go; `nil`: none are taken.
    public init(
        transactionalID: String,
        configuration: KafkaConfiguration,
        maximumInFlightBytes: Int = 64 << 20,
        metrics: KafkaMetrics? = nil,
        logger: Logger
    ) throws(KafkaError) {
        guard !transactionalID.isEmpty else {
            throw KafkaError(code: .invalidArgument, message: "a transactional id must not be empty")
        }
        var settings = configuration
        settings["transactional.id"] = transactionalID
        self.transactionalID = transactionalID
        producer = try KafkaProducer(
            settings: settings,
            maximumInFlightBytes: maximumInFlightBytes,
            flushTimeout: .seconds(1),
            metrics: metrics,
            logger: logger
        )
    }

    // MARK: Whole transactions

    /// Writes records, and offsets, in one transaction; repeats calls that may be repeated, and aborts where that is asked.
    ///
    /// - Parameters:
    ///   - positions: What `consumer` has worked off with it.
    ///   - patience: How long each step may take, repetitions included.
    ///   - write: Appends the records. What it throws aborts the transaction.
    public func transact(
        _ positions: [KafkaPosition] = [],
        of consumer: KafkaConsumer? = nil,
        patience: Duration = .seconds(30),
        write: (KafkaDeliveryBatch) async throws(KafkaError) -> Void
    ) async -> KafkaTransactionOutcome {
        do throws(KafkaError) {
            try await begin()
        } catch {
            return .unknown(error)
        }
        do throws(KafkaError) {
            try await write(makeBatch())
            if let consumer, !positions.isEmpty { try await send(positions, of: consumer, timeout: patience) }
            try await commit(timeout: patience)
            return .committed
        } catch {
            if error.isFatal { return .unknown(error) }
            do throws(KafkaError) {
                try await abort(timeout: patience)
                return .aborted(error)
            } catch {
                // Also where the commit was already on its way: it cannot be taken back.
                return .unknown(error)
            }
        }
    }

    // MARK: Steps

    /// Makes the name this producer's: ends what an earlier producer of the name left open, and fences that one.
    public func initialize(timeout: Duration = .seconds(30)) async throws(KafkaError) {
        try await call("initialising transactions of \(transactionalID)", timeout) {
            rd_kafka_init_transactions($0, $1)
        }
    }

    /// Begins a transaction: what is appended from here on belongs to it.
    public func begin() async throws(KafkaError) {
        try await call("beginning a transaction", .zero) { handle, _ in rd_kafka_begin_transaction(handle) }
    }

    /// A set of records of the transaction. Their deliveries need not be awaited: `commit` fails if one does.
    public func makeBatch(minimumCapacity: Int = 1) -> KafkaDeliveryBatch {
        producer.makeBatch(minimumCapacity: minimumCapacity)
    }

    /// Waits until records and bytes in flight are at most half of what is allowed, or the producer stops.
    public func waitForCapacity() async {
        await producer.waitForCapacity()
    }

    /// Makes consumed offsets part of the transaction.
    ///
    /// The consumer has `enable.auto.commit=false` and stores none of them itself.
    ///
    /// - Throws: `state` with `requiresAbort` for partitions that were lost, or assigned anew, since then.
    public func send(
        _ positions: [KafkaPosition],
        of consumer: KafkaConsumer,
        timeout: Duration = .seconds(30)
    ) async throws(KafkaError) {
        if positions.isEmpty { return }
        let membership = try consumer.membership(of: positions)
        let offsets = Dictionary(positions.map { ($0.partition, $0.next) }) { max($0, $1) }
        try await call("sending offsets to the transaction", timeout) { handle, milliseconds in
            NativePartitionList(offsets).withPointer { list in
                rd_kafka_send_offsets_to_transaction(handle, list, membership.pointer, milliseconds)
            }
        }
    }

    /// Makes all of the transaction visible.
    public func commit(timeout: Duration = .seconds(30)) async throws(KafkaError) {
        try await call("committing a transaction", timeout) { rd_kafka_commit_transaction($0, $1) }
    }

    /// Gives the transaction up; records that wait are purged.
    public func abort(timeout: Duration = .seconds(30)) async throws(KafkaError) {
        try await call("aborting a transaction", timeout) { rd_kafka_abort_transaction($0, $1) }
    }

    /// Carries out a blocking call on a thread of its own, again while its error says so and time is left.
    private func call(
        _ action: String,
        _ timeout: Duration,
        _ body: @escaping @Sendable (_ handle: OpaquePointer, _ milliseconds: Int32) -> OpaquePointer?
    ) async throws(KafkaError) {
        let client = producer.client
        let deadline = ContinuousClock.now + timeout
        while true {
            let left = max(.zero, deadline - .now)
            let failure: KafkaError? = await DedicatedThread.run {
                body(client.handle, left.milliseconds).map { KafkaError(takingOwnershipOf: $0, while: action) }
            }
            guard let failure else { return }
            guard failure.transactionRemedy == .repeatCall, ContinuousClock.now < deadline else { throw failure }
            // The library answers some of these at once.
            do { try await Task.sleep(for: .milliseconds(50)) } catch { throw failure }
        }
    }

    // MARK: Life

    /// Serves deliveries until it is stopped, cancelled or shut down gracefully; throws if the client failed for good.
    /// A transaction that is open then is aborted by the broker when its time is up, or by the next producer of the name.
    public func run() async throws {
        try await producer.run()
    }

    /// Makes `run()` return.
    public func stop() {
        producer.stop()
    }
}

/// How a transaction ended.
public enum KafkaTransactionOutcome: Sendable {
    /// All of it is visible.
    case committed
    /// Nothing of it is, nor will be: it may be done again.
    case aborted(KafkaError)
    /// This producer can do no more. Make a new one of the same name: its `initialize` decides what becomes of the
    /// transaction, and the group's committed offsets tell afterwards.
    case unknown(KafkaError)
}

extension KafkaError {
    /// How to go on after an error of a step of a transaction.
    public enum TransactionRemedy: Sendable, Hashable {
        /// Call the same step again.
        case repeatCall
        /// Abort the transaction, then begin a new one.
        case abort
        /// Close the producer and make a new one.
        case makeNewProducer
    }

    /// How to go on after this error of a step of a transaction (librdkafka, rdkafka.h, "Transactional producer API").
    public var transactionRemedy: TransactionRemedy {
        if isFatal { return .makeNewProducer }
        if requiresAbort { return .abort }
        return isRetriable ? .repeatCall : .makeNewProducer
    }
}
