// SPDX-License-Identifier: Apache-2.0

package import Contract
package import SignetKafka

/// Puts dead letters back where they came from: bytes, key and headers as they were.
///
/// Nothing is deleted, so what was interrupted can be begun again; a job that ran meanwhile runs again, which gives the
/// same results.
package struct DeadLetterReplay: Sendable {
    /// How a letter fared.
    package enum Outcome: Sendable, Hashable {
        case replayed
        /// It would have been.
        case wouldBeReplayed
        /// It was not tried, and why.
        case refused(String)
        /// Kafka did not take it.
        case failed(String)
    }

    /// Replays of one record at most, unless it is forced: what comes back each time will not be mended by one more.
    package static let mostReplays = 3

    private let topics: TopicNames
    private let producer: KafkaProducer
    /// Another topic than the original one.
    private let target: String?
    private let isForced: Bool
    private let isDryRun: Bool

    /// - Parameters:
    ///   - target: `nil`: where each letter came from, which must be a topic of jobs of this installation.
    ///   - isForced: Replays also what was replayed too often.
    ///   - isDryRun: Writes nothing.
    package init(
        topics: TopicNames,
        producer: KafkaProducer,
        target: String? = nil,
        isForced: Bool = false,
        isDryRun: Bool = false
    ) {
        self.topics = topics
        self.producer = producer
        self.target = target
        self.isForced = isForced
        self.isDryRun = isDryRun
    }

    /// Replays one letter; returns when Kafka has taken it.
    ///
    /// - Parameter now: Unix milliseconds.
    package func replay(_ letter: DeadLetter, now: Int64) async -> Outcome {
        guard let origin = target ?? letter.reason?.topic else {
            return .refused("nobody says which topic it came from; name one with --to")
        }
        guard target != nil || topics.jobs.contains(origin) else {
            return .refused("it came from \(origin), which is no topic of jobs here; name one with --to")
        }
        guard let value = letter.value else {
            return .refused("it was too large to be kept; read it at its original place while that is retained")
        }
        if let job = letter.job, job.deadline(recordTime: letter.reason?.timestamp, now: now) <= now {
            return .refused("its job expired; whoever wants it asks again")
        }
        if letter.replays >= Self.mostReplays, !isForced {
            return .refused("it was replayed \(letter.replays) times already; --force-loop does it all the same")
        }
        if isDryRun { return .wouldBeReplayed }
        var headers = letter.headers.filter {
            !DeadLetterReason.owns($0.name) && !$0.name.hasPrefix(HeaderNames.retryPrefix)
                && $0.name != HeaderNames.replays
        }
        headers.append(KafkaHeader(name: HeaderNames.replays, value: Array(String(letter.replays + 1).utf8)))
        let batch = producer.makeBatch()
        do {
            try batch.append(topic: origin, key: letter.key, value: value, headers: headers)
        } catch {
            return .failed(error.description)
        }
        return await batch.delivered().failures.first.map { .failed($0.error.description) } ?? .replayed
    }
}
