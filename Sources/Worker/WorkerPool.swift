// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import Metrics
internal import ServiceLifecycle
internal import SignetKafka

/// Takes batches of jobs from the consumers, runs them, and stores offsets once what they gave is delivered.
///
/// Ends when the consumers have closed, all they handed out is settled, and it is its turn to shut down.
struct WorkerPool: Service {
    /// A batch in flight.
    struct Turn: Sendable {
        let lane: Int
        let batch: KafkaRecordBatch
        let ticket: OffsetLedger.Ticket
    }

    /// A consumer with its place in the turn.
    struct Lane: Sendable {
        let kind: TurnScheduler<Turn>.Lane
        let group: String
        let consumer: KafkaConsumer
        let inFlight = InFlight()
    }

    let lanes: [Lane]
    let concurrency: Int
    let processor: RecordProcessor
    let writer: ResultWriter
    let producer: KafkaProducer
    let turns: TurnQueue<Turn>
    let metrics: WorkerMetrics
    let joining: Joining
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<concurrency {
                group.addTask { try await work() }
            }
            group.addTask {
                await withDiscardingTaskGroup { intakes in
                    for (index, lane) in lanes.enumerated() {
                        intakes.addTask { await intake(lane, index: index) }
                    }
                }
                turns.close()
            }
            try await group.waitForAll()
        }
        // The last consumer may still be closing: what ends out of turn would count as a failure.
        try? await gracefulShutdown()
    }

    // MARK: Intake

    private func intake(_ lane: Lane, index: Int) async {
        for await event in lane.consumer.events {
            switch event {
            case .records(let batch):
                turns.add(.init(lane: index, batch: batch, ticket: lane.inFlight.open(batch)), to: lane.kind)
            case .assigned(let partitions, let epoch):
                lane.inFlight.begin(partitions, epoch: epoch)
                joining.join(lane: index)
                logger.info(
                    "Partitions assigned",
                    metadata: ["lane": "\(lane.kind)", "count": "\(partitions.count)"]
                )
            case .revoking(let revocation):
                logger.info(
                    "Partitions revoked",
                    metadata: [
                        "lane": "\(lane.kind)", "count": "\(revocation.partitions.count)",
                        "lost": "\(revocation.isLost)",
                    ]
                )
                await lane.inFlight.drain(Set(revocation.partitions))
                revocation.complete()
            case .failed(let error):
                logger.warning(
                    "Consumer reported an error",
                    metadata: ["code": "\(error.code)", "error": "\(error)"]
                )
            }
        }
    }

    // MARK: Work

    private func work() async throws {
        try await withThrowingDiscardingTaskGroup { settlements in
            while let turn = await turns.next() {
                let pending = await process(turn.batch)
                settlements.addTask { try await settle(turn, pending) }
            }
        }
    }

    /// Deliveries of one batch: which record each belongs to.
    private struct Pending: Sendable {
        let deliveries: KafkaDeliveryBatch
        /// The record, by its index in the batch, of each delivery.
        var records: [Int] = []
        /// Records for which something could not even be handed to the producer.
        var refused: [(record: Int, failure: FailureError)] = []
    }

    /// Runs the jobs of a batch and hands what they gave to the producer.
    private func process(_ batch: KafkaRecordBatch) async -> Pending {
        let started = ContinuousClock.now
        var verdicts: [RecordProcessor.Verdict] = []
        verdicts.reserveCapacity(batch.count)
        batch.forEach { record in
            verdicts.append(processor.process(record, now: clock()))
        }
        await writer.learn(Set(verdicts.compactMap { $0.reply?.address.topic }))
        var pending = Pending(deliveries: producer.makeBatch(minimumCapacity: batch.count * 2))
        for (index, verdict) in verdicts.enumerated() {
            if let reply = verdict.reply {
                await hand(over: index, to: &pending) { batch throws(KafkaError) in
                    try writer.append(reply, to: batch)
                }
            }
            if let event = verdict.event {
                await hand(over: index, to: &pending) { batch throws(KafkaError) in
                    try writer.append(event, trace: verdict.trace, to: batch)
                }
            }
            if let failure = verdict.deadLetter { pending.refused.append((index, failure)) }
            metrics.count(verdict)
        }
        metrics.processed(records: batch.count, in: ContinuousClock.now - started)
        return pending
    }

    /// Appends to the deliveries, waiting while the producer's queue is full.
    private func hand(
        over record: Int,
        to pending: inout Pending,
        append: (KafkaDeliveryBatch) throws(KafkaError) -> Void
    ) async {
        while true {
            do {
                try append(pending.deliveries)
                // A reply may be several records: each new delivery belongs to this one.
                while pending.records.count < pending.deliveries.count { pending.records.append(record) }
                return
            } catch  where error.code == .queueFull {
                while pending.records.count < pending.deliveries.count { pending.records.append(record) }
                await producer.waitForCapacity()
            } catch {
                let failure = FailureError(.internal, message: "a result could not be written: \(error.code)")
                pending.refused.append((record, failure))
                return
            }
        }
    }

    // MARK: Settling

    /// Waits for the deliveries of a batch, keeps what failed for good in the dead letters, and stores the offsets.
    private func settle(_ turn: Turn, _ pending: Pending) async throws {
        let lane = lanes[turn.lane]
        var refused = pending.refused
        let outcome = await pending.deliveries.delivered()
        for failure in outcome.failures {
            if isClosing(failure.error) { return lane.inFlight.abandon(turn.ticket) }
            let message = "a result could not be delivered: \(failure.error.code)"
            refused.append((pending.records[failure.index], FailureError(.internal, message: message)))
        }
        guard await keep(refused, of: turn.batch, group: lane.group) else { return lane.inFlight.abandon(turn.ticket) }
        lane.inFlight.finish(turn.ticket) { position in
            do throws(KafkaError) {
                try lane.consumer.storeOffset(position.next, of: position.partition, epoch: position.epoch)
            } catch {
                // The partition has gone to another worker, which will repeat the work: harmless, for results repeat.
                logger.debug("Offset of a lost partition not stored", metadata: ["code": "\(error.code)"])
            }
        }
    }

    /// Writes records to the dead letters.
    ///
    /// - Returns: Whether all are delivered; without that their offsets must not be stored.
    private func keep(
        _ refused: [(record: Int, failure: FailureError)],
        of batch: KafkaRecordBatch,
        group: String
    ) async -> Bool {
        // A record is kept once, for the first reason.
        var reasons: [Int: FailureError] = [:]
        for (record, failure) in refused where reasons[record] == nil { reasons[record] = failure }
        // Records that leave no room for the reasons: kept by their place, for without it the partition would stand.
        var tooLarge: Set<Int> = []
        var delay = Duration.milliseconds(250)
        while !reasons.isEmpty {
            let deliveries = producer.makeBatch(minimumCapacity: reasons.count)
            var appended: [Int] = []
            var refusal: KafkaError?
            let knownTooLarge = tooLarge.count
            for (record, failure) in reasons {
                let isReferenceOnly = tooLarge.contains(record)
                let error = batch.withRecord(at: record) { record -> KafkaError? in
                    do throws(KafkaError) {
                        try writer.append(
                            deadLetter: record,
                            isReferenceOnly: isReferenceOnly,
                            of: group,
                            because: failure,
                            to: deliveries
                        )
                        return nil
                    } catch {
                        return error
                    }
                }
                switch error {
                case nil: appended.append(record)
                case let error? where error.code == .messageTooLarge: tooLarge.insert(record)
                case let error?: refusal = error
                }
            }
            let outcome = await deliveries.delivered()
            let failed = Set(outcome.failures.map { appended[$0.index] })
            for failure in outcome.failures where failure.error.code == .messageTooLarge {
                tooLarge.insert(appended[failure.index])
            }
            for record in appended where !failed.contains(record) {
                if let failure = reasons.removeValue(forKey: record) { metrics.countDeadLetter(failure.code) }
            }
            if reasons.isEmpty { return true }
            if tooLarge.count > knownTooLarge { continue }
            let error = outcome.failures.first?.error ?? refusal
            if let error, isClosing(error) { return false }
            logger.warning(
                "Dead letters not delivered; will try again",
                metadata: [
                    "count": "\(reasons.count)", "delay": "\(delay)",
                    "error": "\(error.map { "\($0)" } ?? "none")",
                ]
            )
            // Nothing is skipped: the partition waits until the record is kept.
            do { try await Task.sleep(for: delay) } catch { return false }
            delay = min(delay * 2, .seconds(30))
        }
        return true
    }

    /// Whether the producer gave up because the worker stops.
    private func isClosing(_ error: KafkaError) -> Bool {
        error.code == .purgedQueue || error.code == .purgedInFlight || error.code == .destroyed || error.isFatal
    }
}
