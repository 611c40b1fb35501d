// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka

/// What records of a batch gave, on its way to Kafka: which delivery belongs to which record.
struct TurnDeliveries: Sendable {
    let batch: KafkaDeliveryBatch
    /// The record, by its index, of each delivery.
    private var owners: [Int] = []
    /// Records for which something could not even be handed to the producer.
    private var refused: [(record: Int, error: KafkaError)] = []
    /// Results that are kept, with the deliveries of their parts, by their records.
    private var results: [Int: (result: RecordProcessor.KeptResult, deliveries: Range<Int>)] = [:]
    /// Records that go to the dead letters though their results may be written.
    private(set) var deadLetters: [Int: FailureError] = [:]
    /// When jobs expire, Unix milliseconds, by their records.
    private(set) var deadlines: [Int: Int64] = [:]

    init(_ batch: KafkaDeliveryBatch) {
        self.batch = batch
    }

    mutating func note(_ verdict: RecordProcessor.Verdict, of record: Int) {
        deadlines[record] = verdict.deadline
        deadLetters[record] = verdict.deadLetter
    }

    /// Appends for a record, waiting while the producer's queue is full.
    ///
    /// - Parameter append: May append several; when it throws, those before stay appended.
    mutating func append(
        for record: Int,
        by producer: KafkaProducer,
        _ append: (KafkaDeliveryBatch) throws(KafkaError) -> Void
    ) async {
        while true {
            // Each new delivery belongs to this record, whether or not all could be appended.
            defer { while owners.count < batch.count { owners.append(record) } }
            do {
                return try append(batch)
            } catch  where error.code == .queueFull {
                await producer.waitForCapacity()
            } catch {
                refused.append((record, error))
                return
            }
        }
    }

    /// Appends a result that is kept.
    mutating func append(
        _ result: RecordProcessor.KeptResult,
        for record: Int,
        by producer: KafkaProducer,
        through writer: ResultWriter
    ) async {
        let first = batch.count
        await append(for: record, by: producer) { batch throws(KafkaError) in try writer.append(result, to: batch) }
        results[record] = (result, first..<batch.count)
    }

    /// Waits for the deliveries, and tells of the results that are kept.
    ///
    /// - Returns: Why records were not written whole, the first reason of each.
    func failures(by producer: KafkaProducer, through writer: ResultWriter) async -> [Int: KafkaError] {
        let outcome = await batch.delivered()
        var reasons = reasons(in: outcome)
        let kept = results.filter { reasons[$0.key] == nil }
        if kept.isEmpty { return reasons }
        var facts = TurnDeliveries(producer.makeBatch(minimumCapacity: kept.count))
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
            await facts.append(for: record, by: producer) { batch throws(KafkaError) in
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
