// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// What records of a batch gave, on its way to Kafka: which delivery belongs to which record.
struct TurnDeliveries: Sendable {
    private let producer: KafkaProducer
    private let batch: KafkaDeliveryBatch
    /// The record, by its index, of each delivery.
    private var owners: [Int] = []
    /// Records for which something could not even be handed to the producer.
    private var refused: [(record: Int, error: KafkaError)] = []
    /// Results that are kept, with the deliveries of their parts, by their records.
    private var results: [Int: (result: RecordProcessor.KeptResult, deliveries: Range<Int>)] = [:]
    /// Records that are run again later, after some milliseconds.
    private(set) var postponed: [Int: Int] = [:]
    /// Hops that are done once all is delivered.
    private(set) var hops: [HopMemory.Hop] = []
    /// Whether a record was left to whoever has it next.
    private(set) var isInterrupted = false
    /// Records that go to the dead letters though their results may be written.
    private(set) var deadLetters: [Int: FailureError] = [:]
    /// When jobs expire, Unix milliseconds, by their records.
    private var deadlines: [Int64?] = []
    /// Whether events are not written with the other results, but go with the offsets of their records.
    let keepsEvents: Bool
    /// The events that are kept, by their records.
    private(set) var events: [Int: EventRecord] = [:]

    /// - Parameter count: Records that it will hold, about.
    init(by producer: KafkaProducer, keepsEvents: Bool = false, count: Int) {
        self.producer = producer
        self.keepsEvents = keepsEvents
        batch = producer.makeBatch(minimumCapacity: count)
    }

    /// Waits until the producer takes records again.
    func waitForCapacity() async {
        await producer.waitForCapacity()
    }

    mutating func note(_ verdict: RecordProcessor.Verdict, of record: Int) {
        if let deadline = verdict.deadline { note(deadline: deadline, of: record) }
        deadLetters[record] = verdict.deadLetter
        switch verdict.postponement {
        case .later(let delay): postponed[record] = delay
        case .interrupted: isInterrupted = true
        case .hop(let job, _): hops.append(job.done)
        case nil: break
        }
    }

    /// Notes when the job of a record expires, Unix milliseconds.
    mutating func note(deadline: Int64, of record: Int) {
        while deadlines.count <= record { deadlines.append(nil) }
        deadlines[record] = deadline
    }

    /// When the job of a record expires, Unix milliseconds; `nil` where it could not be read.
    func deadline(of record: Int) -> Int64? {
        deadlines.indices.contains(record) ? deadlines[record] : nil
    }

    /// Appends for a record, unless the producer's queue is full.
    ///
    /// - Returns: `false` if it is: wait for capacity, then call again with what is left.
    mutating func appendNow(for record: Int, _ append: (KafkaDeliveryBatch) throws(KafkaError) -> Void) -> Bool {
        // Each new delivery belongs to this record, whether or not all could be appended.
        defer { while owners.count < batch.count { owners.append(record) } }
        do {
            try append(batch)
        } catch  where error.code == .queueFull {
            return false
        } catch {
            refused.append((record, error))
        }
        return true
    }

    /// Appends for a record, waiting while the producer's queue is full.
    ///
    /// - Parameter append: May append several; when it throws, those before stay appended.
    mutating func append(
        for record: Int,
        _ append: (KafkaDeliveryBatch) throws(KafkaError) -> Void
    ) async {
        while !appendNow(for: record, append) { await waitForCapacity() }
    }

    /// Appends a result that is kept.
    mutating func append(
        _ result: RecordProcessor.KeptResult,
        for record: Int,
        through writer: ResultWriter
    ) async {
        let first = batch.count
        await append(for: record) { batch throws(KafkaError) in try writer.append(result, to: batch) }
        results[record] = (result, first..<batch.count)
    }

    /// Keeps the event of a record.
    mutating func keep(_ event: EventRecord, of record: Int) {
        events[record] = event
    }

    /// Waits for the deliveries, and tells of the results that are kept.
    ///
    /// - Returns: Why records were not written whole, the first reason of each.
    func failures(through writer: ResultWriter) async -> [Int: KafkaError] {
        let outcome = await batch.delivered()
        var reasons = reasons(in: outcome)
        let kept = results.filter { reasons[$0.key] == nil }
        if kept.isEmpty { return reasons }
        var facts = TurnDeliveries(by: producer, count: kept.count)
        for (record, (result, deliveries)) in kept {
            let places = deliveries.compactMap { outcome.position(of: $0) }
            guard places.count == deliveries.count else {
                // A write that was repeated after an unclear answer: it arrived, but nobody says where.
                reasons[record] = KafkaError(
                    code: .timedOut,
                    message: "the offset of a result is not known",
                    isRetriable: true
                )
                continue
            }
            await facts.append(for: record) { batch throws(KafkaError) in
                try writer.append(result, at: places, to: batch)
            }
        }
        reasons.merge(facts.reasons(in: await facts.batch.delivered())) { first, _ in first }
        return reasons
    }

    private func reasons(in outcome: KafkaDeliveryOutcome) -> [Int: KafkaError] {
        var reasons: [Int: KafkaError] = [:]
        for (record, error) in refused where reasons[record] == nil { reasons[record] = error }
        for failure in outcome.failures where owners.indices.contains(failure.index) {
            if reasons[owners[failure.index]] == nil { reasons[owners[failure.index]] = failure.error }
        }
        return reasons
    }
}
