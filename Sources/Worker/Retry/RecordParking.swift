// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Logging
internal import SignetKafka
internal import Synchronization

/// Moves records to the topics of later rounds and to the dead letters, until each is delivered there.
final class RecordParking: Sendable {
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(30)

    private let producer: KafkaProducer
    private let metrics: WorkerMetrics
    private let breaker: Mutex<DeadLetterBreaker>
    /// Unix milliseconds.
    private let clock: @Sendable () -> Int64
    private let logger: Logger

    init(
        producer: KafkaProducer,
        metrics: WorkerMetrics,
        breaker: DeadLetterBreaker,
        clock: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.producer = producer
        self.metrics = metrics
        self.breaker = Mutex(breaker)
        self.clock = clock
        self.logger = logger
    }

    /// Whether so much went to the dead letters that no more does for a while.
    var isHeld: Bool { breaker.withLock { $0.isOpen } }

    /// Notes records that need no parking.
    func note(good: Int) {
        breaker.withLock { $0.note(good: good, now: clock()) }
    }

    /// Moves records of a batch.
    ///
    /// - Parameters:
    ///   - places: Where each goes, by its index in the batch.
    ///   - good: Records of the batch that ended well.
    /// - Returns: Whether all are delivered; without that their offsets must not be stored.
    func park(
        _ places: [Int: ParkingPlace],
        of batch: KafkaRecordBatch,
        lane: WorkerPool.Lane,
        good: Int
    ) async -> Bool {
        guard await passes(places, good: good, lane.interruption) else { return false }
        var places = places
        // Records that leave no room for the reasons: kept by their place, for without it the partition would stand.
        var tooLarge: Set<Int> = []
        var delay = Self.firstDelay
        while !places.isEmpty {
            let (moved, grown, error) = await attempt(places, of: batch, group: lane.group, tooLarge: tooLarge)
            for record in moved {
                switch places.removeValue(forKey: record) {
                case .deadLetters(let failure)?: metrics.countDeadLetter(failure.code)
                case .later?: metrics.countRetry()
                case nil: break
                }
            }
            if places.isEmpty { return true }
            if !grown.isSubset(of: tooLarge) {
                tooLarge.formUnion(grown)
                continue
            }
            if let error, error.isOfClosing { return false }
            logger.warning(
                "Records could not be moved to retry topics or dead letters; will try again",
                metadata: [
                    "count": "\(places.count)", "delay": "\(delay)", "error": "\(error.map { "\($0)" } ?? "none")",
                ]
            )
            // Nothing is skipped: the partition waits until the record is kept.
            guard await lane.interruption.sleep(for: delay) else { return false }
            delay = min(delay * 2, Self.longestDelay)
        }
        return true
    }

    /// Writes each record once.
    ///
    /// - Returns: What is delivered, what turned out to be too large, and why the rest is not delivered.
    private func attempt(
        _ places: [Int: ParkingPlace],
        of batch: KafkaRecordBatch,
        group: String,
        tooLarge: Set<Int>
    ) async -> (moved: [Int], tooLarge: Set<Int>, error: KafkaError?) {
        let deliveries = producer.makeBatch(minimumCapacity: places.count)
        var appended: [Int] = []
        var grown: Set<Int> = []
        var refusal: KafkaError?
        for (index, place) in places {
            let error = batch.withRecord(at: index) { record -> KafkaError? in
                do throws(KafkaError) {
                    switch place {
                    case .later(let delay) where !tooLarge.contains(index):
                        try deliveries.append(record, afterRoundOf: delay, now: clock())
                    case .later:
                        let failure = FailureError(.undeliverable, message: "no room for the headers of a later round")
                        try deliveries.append(deadLetter: record, of: group, because: failure, isReferenceOnly: true)
                    case .deadLetters(let failure):
                        try deliveries.append(
                            deadLetter: record,
                            of: group,
                            because: failure,
                            isReferenceOnly: tooLarge.contains(index)
                        )
                    }
                    return nil
                } catch {
                    return error
                }
            }
            switch error {
            case nil: appended.append(index)
            case let error? where error.code == .messageTooLarge: grown.insert(index)
            case let error?: refusal = error
            }
        }
        let outcome = await deliveries.delivered()
        let failed = Set(outcome.failures.map(\.index))
        for failure in outcome.failures where failure.error.code == .messageTooLarge {
            grown.insert(appended[failure.index])
        }
        let moved = appended.indices.filter { !failed.contains($0) }.map { appended[$0] }
        return (moved, grown, outcome.failures.first?.error ?? refusal)
    }

    /// Waits while the breaker is open.
    ///
    /// - Returns: `false` if the partitions went away meanwhile.
    private func passes(
        _ places: [Int: ParkingPlace],
        good: Int,
        _ interruption: Interruption
    ) async -> Bool {
        let dead = places.values.count { if case .deadLetters = $0 { true } else { false } }
        var isReported = false
        while dead > 0 {
            let now = clock()
            guard case .hold(let until) = breaker.withLock({ $0.admit(good: good, dead: dead, now: now) }) else {
                break
            }
            if !isReported {
                isReported = true
                metrics.countHold()
                logger.error(
                    "Too many jobs end as dead letters; their partitions are held",
                    metadata: [
                        "count": "\(dead)", "holdMs": "\(until - now)",
                        "remedy": "look at the dead letters, then roll the workers or the producers back",
                    ]
                )
            }
            guard await interruption.sleep(for: .milliseconds(max(1, until - now))) else { return false }
        }
        return true
    }
}

extension KafkaError {
    /// Whether the producer gave up because the worker stops.
    var isOfClosing: Bool {
        code == .purgedQueue || code == .purgedInFlight || code == .destroyed || isFatal
    }
}
