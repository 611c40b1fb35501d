// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
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
        let ranges: RecordRanges
        let ticket: OffsetLedger.Ticket
        /// Whether another worker may have run its records before; told of those that ask S3.
        var mayBeRepeated = false
    }

    /// A consumer with its place in the turn.
    struct Lane: Sendable {
        /// For people.
        let name: String
        let kind: TurnScheduler<Turn>.Lane
        let group: String
        let consumer: KafkaConsumer
        /// Bulk has one of its own, so that clicks do not stand behind its megabytes on the way to a broker.
        let producer: KafkaProducer
        /// Writes events with the offsets of their records; `nil`: events are written as all results are.
        var transactions: EventTransactions?
        /// Its records run at a time of their own, one in a batch.
        var isOfLaterRounds = false
        /// Its records ask S3, one in a batch: they run beside all others.
        var asksS3 = false
        let inFlight = InFlight()
        let interruption = Interruption()
    }

    /// How long a batch of bulk runs before it looks for interactive ones.
    private static let patience = Duration.milliseconds(2)

    let lanes: [Lane]
    let concurrency: Int
    let processor: RecordProcessor
    let plainJobs: PlainJobRunner
    let writer: ResultWriter
    let parking: RecordParking
    let retries: RetryPolicy
    let quarantine: Quarantine
    let turns: TurnQueue<Turn>
    /// Where jobs come by that ask S3.
    let multipartTopic: String
    let hops: HopMemory
    let metrics: WorkerMetrics
    let joining: Joining
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64
    let logger: Logger

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<concurrency {
                group.addTask { await work() }
            }
            group.addTask {
                await withDiscardingTaskGroup { intakes in
                    for (index, lane) in lanes.enumerated() {
                        intakes.addTask { await intake(lane, index: index) }
                    }
                }
                turns.close()
            }
        }
        // The last consumer may still be closing: what ends out of turn would count as a failure.
        try? await gracefulShutdown()
    }

    // MARK: Intake

    private func intake(_ lane: Lane, index: Int) async {
        let order = OrderByKey()
        // What another worker may have had: all that was there when the partition came.
        var seen: [KafkaTopicPartition: Int64] = [:]
        await withDiscardingTaskGroup { waits in
            for await event in lane.consumer.events {
                switch event {
                case .records(let batch):
                    let ranges = batch.ranges
                    let ticket = lane.inFlight.open(ranges, epoch: batch.epoch)
                    var turn = Turn(lane: index, batch: batch, ranges: ranges, ticket: ticket)
                    if lane.asksS3 {
                        turn.mayBeRepeated = ranges.contains { $0.value.lowerBound < seen[$0.key] ?? .max }
                        // Steps of one upload follow each other as they came.
                        let place = batch.withRecord(at: 0) { record in record.key.map { order.take(Array($0)) } }
                        waits.addTask {
                            if let place { await order.turn(place) }
                            await takeAside(turn)
                            if let place { order.leave(place) }
                        }
                    } else if lane.isOfLaterRounds {
                        let interruptions = lane.interruption.count
                        waits.addTask { await hold(turn, of: lane, since: interruptions) }
                    } else {
                        turns.add(turn, to: lane.kind)
                    }
                case .assigned(let partitions, let epoch):
                    if lane.asksS3 {
                        for partition in partitions { seen[partition] = nil }
                        // Where the broker does not say, all may be repetitions.
                        if let ends = try? await lane.consumer.ends(of: partitions) { seen.merge(ends) { $1 } }
                    }
                    lane.inFlight.begin(partitions, epoch: epoch)
                    lane.transactions?.begin(partitions, epoch: epoch)
                    joining.join(lane: index)
                    logger.info(
                        "Partitions assigned",
                        metadata: ["lane": "\(lane.name)", "count": "\(partitions.count)"]
                    )
                case .revoking(let revocation):
                    logger.info(
                        "Partitions revoked",
                        metadata: [
                            "lane": "\(lane.name)", "count": "\(revocation.partitions.count)",
                            "lost": "\(revocation.isLost)",
                        ]
                    )
                    lane.interruption.interrupt()
                    await lane.inFlight.drain(Set(revocation.partitions))
                    await lane.transactions?.drain(Set(revocation.partitions))
                    revocation.complete()
                case .lost(let partition, let offsets):
                    metrics.countLost(offsets.count)
                    logger.error(
                        "Jobs were deleted by the broker before they were read; workers are too few or retention is too short",
                        metadata: ["partition": "\(partition)", "offsets": "\(offsets)"]
                    )
                case .hole(let partition, let offsets):
                    logger.warning(
                        "Offsets without records",
                        metadata: ["partition": "\(partition)", "offsets": "\(offsets)"]
                    )
                case .failed(let error):
                    logger.warning(
                        "Consumer reported an error",
                        metadata: ["code": "\(error.code)", "error": "\(error)"]
                    )
                }
            }
            lane.interruption.close()
            // Offsets can be stored no more: whoever has the records next runs them.
            waits.cancelAll()
        }
    }

    /// Keeps a record of a later round until it is due; its partition stands meanwhile, for those behind it are due later.
    private func hold(_ turn: Turn, of lane: Lane, since interruptions: Int) async {
        let due = turn.batch.withRecord(at: 0) { RetryRound(of: $0, now: clock()).due }
        let wait = (due ?? 0) - clock()
        if wait > 0 {
            let partitions = Array(turn.ranges.keys)
            // Pausing saves memory only: a partition that has gone by now needs none.
            try? await lane.consumer.pause(partitions)
            guard await lane.interruption.sleep(for: .milliseconds(wait), since: interruptions) else {
                return lane.inFlight.abandon(turn.ticket)
            }
            try? await lane.consumer.resume(partitions)
        }
        let asksS3 = turn.batch.withRecord(at: 0) { TopicNames.origin(of: $0.topic) == multipartTopic }
        if asksS3 { await takeAside(turn) } else { turns.add(turn, to: lane.kind) }
    }

    // MARK: Work

    private func work() async {
        await withDiscardingTaskGroup { settlements in
            while let turn = await turns.next() {
                await take(turn, &settlements)
                turns.finished(lanes[turn.lane].kind)
            }
        }
    }

    /// Runs the jobs of a batch; what becomes of its results is waited for beside the next one.
    private func take(_ turn: Turn, _ settlements: inout DiscardingTaskGroup) async {
        if quarantine.isAlert {
            await quarantine.enter()
            await takeAlone(turn)
            return quarantine.leave()
        }
        let note = quarantine.begin(turn.ranges, now: clock())
        let deliveries = await process(Array(0..<turn.batch.count), of: turn, &settlements)
        settlements.addTask {
            await end(turn, settle(deliveries, of: turn))
            quarantine.end(note)
        }
    }

    /// Runs a batch beside all others, for it waits for S3.
    private func takeAside(_ turn: Turn) async {
        if quarantine.isAlert {
            await quarantine.enter()
            await takeAlone(turn)
            return quarantine.leave()
        }
        let note = quarantine.begin(turn.ranges, now: clock())
        await end(turn, settle(await process(Array(0..<turn.batch.count), of: turn), of: turn))
        quarantine.end(note)
    }

    /// Runs a batch while nothing else is in flight, and suspected records each on their own.
    private func takeAlone(_ turn: Turn) async {
        let all = Array(0..<turn.batch.count)
        guard quarantine.suspects(turn.ranges) else {
            let note = quarantine.begin(turn.ranges, now: clock())
            let ending = await settle(await process(all, of: turn), of: turn)
            quarantine.end(note)
            return await end(turn, ending)
        }
        var ending = Ending.done([:])
        for index in all {
            guard case .done(let events) = ending else { break }
            let (partition, offset) = turn.batch.withRecord(at: index) { record in
                (KafkaTopicPartition(topic: record.topic, partition: record.partition), record.offset)
            }
            let crashes = quarantine.crashes(of: partition, at: offset)
            if crashes >= Quarantine.limit {
                logger.error(
                    "Record quarantined",
                    metadata: ["partition": "\(partition)", "offset": "\(offset)", "crashes": "\(crashes)"]
                )
                ending = await settle(await process([index], of: turn, isQuarantined: true), of: turn)
            } else {
                let note = quarantine.begin([partition: offset...offset], crashes: crashes, now: clock())
                if crashes > 0 {
                    logger.warning(
                        "Suspected record runs alone",
                        metadata: ["partition": "\(partition)", "offset": "\(offset)", "crashes": "\(crashes)"]
                    )
                }
                ending = await settle(await process([index], of: turn), of: turn)
                quarantine.end(note)
            }
            guard case .done(let more) = ending else { break }
            ending = .done(events.merging(more) { $1 })
            quarantine.acquit(partition, upTo: offset)
        }
        quarantine.expire(now: clock())
        await end(turn, ending)
    }

    /// Runs jobs of a bulk batch, and interactive batches that come meanwhile: none waits for more than one record.
    private func process(
        _ records: [Int],
        of turn: Turn,
        _ settlements: inout DiscardingTaskGroup
    ) async -> TurnDeliveries {
        guard lanes[turn.lane].kind == .bulk, records.count > 1 else { return await process(records, of: turn) }
        var looked = ContinuousClock.now
        return await process(records, of: turn) {
            guard ContinuousClock.now - looked > Self.patience else { return }
            while let urgent = turns.next(of: .interactive) { await take(urgent, &settlements) }
            looked = .now
        }
    }

    /// Runs jobs and hands what they gave to the producer.
    ///
    /// - Parameter meanwhile: Called between records, for what may not wait.
    private func process(
        _ records: [Int],
        of turn: Turn,
        refusals: [Int: FailureError] = [:],
        isQuarantined: Bool = false,
        meanwhile: () async -> Void = {}
    ) async -> TurnDeliveries {
        let lane = lanes[turn.lane]
        var deliveries = TurnDeliveries(
            by: lane.producer,
            keepsEvents: lane.transactions != nil,
            count: records.count * 2
        )
        let started = ContinuousClock.now
        var others = records
        if refusals.isEmpty, !isQuarantined {
            others = await plainJobs.run(
                records,
                of: turn.batch,
                now: clock(),
                into: &deliveries,
                meanwhile: meanwhile
            )
        }
        for index in others {
            await process(
                index,
                of: turn,
                into: &deliveries,
                refusal: refusals[index],
                isQuarantined: isQuarantined
            )
            await meanwhile()
        }
        metrics.processed(records: records.count, in: ContinuousClock.now - started)
        return deliveries
    }

    private func process(
        _ index: Int,
        of turn: Turn,
        into deliveries: inout TurnDeliveries,
        refusal: FailureError? = nil,
        isQuarantined: Bool = false
    ) async {
        let reading = turn.batch.withRecord(at: index) { record in
            isQuarantined
                ? .verdict(processor.quarantine(record, now: clock()))
                : processor.read(record, now: clock(), refusal: refusal)
        }
        let verdict: RecordProcessor.Verdict
        switch reading {
        case .verdict(let known): verdict = known
        case .job(let job):
            guard let given = await run(job, index, of: turn) else { return }
            verdict = given
        }
        deliveries.note(verdict, of: index)
        if let reply = verdict.reply {
            if !writer.knows(reply.address.topic) { await writer.learn(reply.address.topic) }
            await deliveries.append(for: index) { batch throws(KafkaError) in
                try writer.append(reply, to: batch)
            }
        }
        if case .hop(let job, let delay) = verdict.postponement {
            await deliveries.append(for: index) { batch throws(KafkaError) in
                try turn.batch.withRecord(at: index) { record throws(KafkaError) in
                    try batch.append(job, inPlaceOf: record, delay: delay, now: clock())
                }
                if let progress = job.progress { try writer.append(progress, to: batch) }
            }
        }
        if let webhook = verdict.webhook {
            await deliveries.append(for: index) { batch throws(KafkaError) in try writer.append(webhook, to: batch) }
        }
        if let result = verdict.result { await deliveries.append(result, for: index, through: writer) }
        if let event = verdict.event.map({ EventRecord($0, trace: verdict.trace) }) {
            if deliveries.keepsEvents {
                deliveries.keep(event, of: index)
            } else {
                await deliveries.append(for: index) { batch throws(KafkaError) in try writer.append(event, to: batch) }
            }
        }
        metrics.count(verdict)
    }

    /// - Returns: `nil`: it is a hop that was done before.
    private func run(
        _ job: RecordProcessor.ReadJob,
        _ index: Int,
        of turn: Turn
    ) async -> RecordProcessor.Verdict? {
        let now = clock()
        // On other topics nothing may wait for others.
        let round =
            !job.asksOthers
            ? nil
            : turn.batch.withRecord(at: index) { record in
                TopicNames.origin(of: record.topic) == multipartTopic ? RetryRound(of: record, now: now) : nil
            }
        guard let round else { return processor.run(job, now: now) }
        let past = hops.begin(job.hop)
        if case .done = past { return nil }
        return await processor.run(
            job,
            clock: clock,
            rounds: round.rounds,
            mayBeRepeated: turn.mayBeRepeated || past != .unknown,
            orAgainAfter: retries.laterRound(after: round.rounds, deadline: job.deadline(now: now), now: now)
        )
    }

    // MARK: Settling

    /// How the records of a batch came out.
    private enum Ending {
        /// Not all came to an end that is kept: they are read again.
        case open
        /// All did; with the events that are to go with their offsets, by their records.
        case done([Int: EventRecord])
    }

    /// Waits for what records gave; runs again or moves what could not be written.
    private func settle(_ first: TurnDeliveries, of turn: Turn) async -> Ending {
        let lane = lanes[turn.lane]
        var generator = SystemRandomNumberGenerator()
        var deliveries = first
        var events = first.events
        var places: [Int: ParkingPlace] = [:]
        var attempt = 1
        while true {
            if deliveries.isInterrupted { return .open }
            for (record, failure) in deliveries.deadLetters { places[record] = .deadLetters(failure) }
            for (record, delay) in deliveries.postponed { places[record] = .later(delay: delay) }
            let failures = await deliveries.failures(through: writer)
            if failures.values.contains(where: \.isOfClosing) { return .open }
            var again: [Int: FailureError?] = [:]
            var wait = Duration.zero
            for (record, error) in failures where places[record] == nil {
                if error.code == .messageTooLarge, attempt == 1 {
                    // Told instead of what does not fit; neighbours are not touched.
                    again[record] = Self.tooLarge
                    continue
                }
                let step = retries.next(
                    after: error,
                    attempt: attempt,
                    rounds: turn.batch.withRecord(at: record) { RetryRound(of: $0, now: clock()).rounds },
                    deadline: deliveries.deadline(of: record),
                    now: clock(),
                    using: &generator
                )
                switch step {
                case .runAgain(let backoff):
                    again[record] = .some(nil)
                    wait = max(wait, backoff)
                case .later(let delay):
                    places[record] = .later(delay: delay)
                    // It comes with the round that succeeds.
                    events[record] = nil
                case .deadLetter: places[record] = .deadLetters(Self.undeliverable(because: error))
                }
            }
            if again.isEmpty { break }
            logger.debug("Results are written again", metadata: ["count": "\(again.count)", "attempt": "\(attempt)"])
            if wait > .zero, !(await lane.interruption.sleep(for: wait)) { return .open }
            attempt += 1
            deliveries = await process(again.keys.sorted(), of: turn, refusals: again.compactMapValues(\.self))
            events.merge(deliveries.events) { $1 }
        }
        for hop in deliveries.hops { hops.end(hop) }
        let good = turn.batch.count - places.count
        if places.isEmpty {
            parking.note(good: good)
            return .done(events)
        }
        return await parking.park(places, of: turn.batch, lane: lane, good: good) ? .done(events) : .open
    }

    private func end(_ turn: Turn, _ ending: Ending) async {
        let lane = lanes[turn.lane]
        guard case .done(let events) = ending else { return lane.inFlight.abandon(turn.ticket) }
        if let transactions = lane.transactions {
            return await transactions.finish(
                turn.ticket,
                ranges: turn.ranges,
                epoch: turn.batch.epoch,
                events: turn.batch.byPartition(events),
                in: lane.inFlight
            )
        }
        lane.inFlight.finish(turn.ticket) { position in
            do throws(KafkaError) {
                try lane.consumer.storeOffset(position.next, of: position.partition, epoch: position.epoch)
            } catch {
                // The partition has gone to another worker, which will repeat the work: harmless, for results repeat.
                logger.debug("Offset of a lost partition not stored", metadata: ["code": "\(error.code)"])
            }
        }
    }

    private static let tooLarge = FailureError(
        .replyTooLarge,
        message: "the answer exceeds the broker's message.max.bytes; ask for fewer items in one job"
    )

    private static func undeliverable(because error: KafkaError) -> FailureError {
        let code: FailureCode =
            error.code == .unknownTopic || error.code == .unknownTopicOrPartition ? .unknownReplyTopic : .undeliverable
        return FailureError(code, message: "a result could not be written: \(error.code)")
    }
}
