// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import CoreMetrics
internal import Synchronization

/// What a worker counts, under OpenTelemetry's names for messaging where there is one.
///
/// Labels come from bounded sets: topics' lanes and failure codes of this program.
final class WorkerMetrics: Sendable {
    private let consumed: Counter
    private let duration: Timer
    private let signed: Counter
    private let lost: Counter
    private let retries: Counter
    private let holds: Counter
    private let committedEvents: Counter
    private let byOutcome = Mutex<[String: Counter]>([:])
    private let deadLetters = Mutex<[String: Counter]>([:])
    private let transactions = Mutex<[String: Counter]>([:])
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory) {
        self.factory = factory
        func counter(_ label: String) -> Counter { Counter(label: label, dimensions: [], factory: factory) }
        consumed = counter("messaging.client.consumed.messages")
        duration = Timer(
            label: "messaging.process.duration",
            dimensions: [],
            preferredDisplayUnit: .seconds,
            factory: factory
        )
        signed = counter("signet.urls.signed")
        lost = counter("signet.jobs.lost")
        retries = counter("signet.retries")
        holds = counter("signet.dead.letters.held")
        committedEvents = counter("signet.events.committed")
    }

    /// Counts what became of one record.
    func count(_ verdict: RecordProcessor.Verdict) {
        if verdict.signed > 0 { signed.increment(by: verdict.signed) }
        let outcome = verdict.failure?.rawValue ?? "success"
        counter(outcome, in: byOutcome, label: "signet.jobs.processed", dimension: "outcome").increment()
    }

    /// Counts jobs that were all done.
    func count(jobs: Int, signed urls: Int) {
        signed.increment(by: urls)
        counter("success", in: byOutcome, label: "signet.jobs.processed", dimension: "outcome").increment(by: jobs)
    }

    /// Counts a batch and how long its jobs took.
    func processed(records: Int, in time: Duration) {
        consumed.increment(by: records)
        duration.recordNanoseconds(Int64(time / .nanoseconds(1)))
    }

    /// Counts jobs that were gone before they were read.
    func countLost(_ jobs: Int) { lost.increment(by: jobs) }

    func countRetry() { retries.increment() }

    /// Counts a batch that waits because too much went to the dead letters.
    func countHold() { holds.increment() }

    func countDeadLetter(_ code: FailureCode) {
        counter(code.rawValue, in: deadLetters, label: "signet.dead.letters", dimension: "code").increment()
    }

    /// How a transaction of events and offsets ended.
    enum TransactionOutcome: String {
        case committed, aborted, unknown
    }

    /// - Parameter events: Those that the transaction held.
    func count(_ outcome: TransactionOutcome, events: Int) {
        counter(outcome.rawValue, in: transactions, label: "signet.transactions", dimension: "outcome").increment()
        if outcome == .committed { committedEvents.increment(by: events) }
    }

    private func counter(
        _ value: String,
        in counters: borrowing Mutex<[String: Counter]>,
        label: String,
        dimension: String
    ) -> Counter {
        counters.withLock { counters in
            if let known = counters[value] { return known }
            let counter = Counter(label: label, dimensions: [(dimension, value)], factory: factory)
            counters[value] = counter
            return counter
        }
    }
}
