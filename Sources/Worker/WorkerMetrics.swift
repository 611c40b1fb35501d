// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Metrics
internal import Synchronization

/// What a worker counts, under OpenTelemetry's names for messaging where there is one.
///
/// Labels come from bounded sets: topics' lanes and failure codes of this program.
final class WorkerMetrics: Sendable {
    private let consumed = Counter(label: "messaging.client.consumed.messages")
    private let duration = Timer(label: "messaging.process.duration", preferredDisplayUnit: .seconds)
    private let signed = Counter(label: "signet.urls.signed")
    private let lost = Counter(label: "signet.jobs.lost")
    private let retries = Counter(label: "signet.retries")
    private let holds = Counter(label: "signet.dead.letters.held")
    private let byOutcome = Mutex<[String: Counter]>([:])
    private let deadLetters = Mutex<[String: Counter]>([:])

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

    private func counter(
        _ value: String,
        in counters: borrowing Mutex<[String: Counter]>,
        label: String,
        dimension: String
    ) -> Counter {
        counters.withLock { counters in
            if let known = counters[value] { return known }
            let counter = Counter(label: label, dimensions: [(dimension, value)])
            counters[value] = counter
            return counter
        }
    }
}
