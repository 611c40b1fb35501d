// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The names of Signet's topics under one prefix, and what `signet topics create` gives each.
package struct TopicNames: Sendable, Hashable {
    /// What all names begin with, e.g. `signet.`.
    package let prefix: String
    /// Milliseconds of the rounds after the first that a job gets whose results could not be written.
    package let retryDelays: [Int]

    package init(prefix: String = "signet.", retryDelays: [Int] = [5_000, 60_000]) {
        self.prefix = prefix
        self.retryDelays = retryDelays
    }

    /// Interactive signing jobs: few items, answered now.
    package var signingJobs: String { prefix + "jobs.signing" }
    /// Chunks of batches: taken in weighted turn, so that a flood never delays a click.
    package var bulkJobs: String { prefix + "jobs.bulk" }
    /// Multipart uploads and other work that asks S3 itself; its key is the upload, whose steps keep their order.
    package var multipartJobs: String { prefix + "jobs.multipart" }
    /// All topics that jobs are sent to.
    package var jobs: [String] { [signingJobs, bulkJobs, multipartJobs] }
    /// One reply for each chunk of a waiting request; only gateways may read it.
    package var replies: String { prefix + "replies" }
    /// Replies that nobody waits for any more, read back by their offsets; only gateways may read it.
    package var results: String { prefix + "results" }
    /// Facts about asynchronous jobs, never URLs.
    package var jobStates: String { prefix + "job-states" }
    /// Analytics events.
    package var metrics: String { prefix + "metrics" }

    /// Where records of `topic` end that can never be processed, with their original bytes.
    package static func deadLetters(of topic: String) -> String { topic + "-dlt" }

    /// Where records of `topic` wait for a later round, as Spring Kafka names such topics.
    package static func retry(of topic: String, delay: Int) -> String { "\(topic)-retry-\(delay)" }

    /// The delay in milliseconds of a topic of later rounds; `nil` if it is none.
    package static func retryDelay(of topic: String) -> Int? {
        guard let mark = topic.range(of: "-retry-", options: .backwards) else { return nil }
        return Int(topic[mark.upperBound...]).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The topic of first rounds that a topic of later ones belongs to; otherwise the topic itself.
    package static func origin(of topic: String) -> String {
        guard retryDelay(of: topic) != nil, let mark = topic.range(of: "-retry-", options: .backwards) else {
            return topic
        }
        return String(topic[..<mark.lowerBound])
    }

    /// The topics of later rounds.
    package var retries: [String] {
        jobs.flatMap { topic in retryDelays.map { Self.retry(of: topic, delay: $0) } }
    }

    /// A topic as `signet topics create` makes it.
    package struct Specification: Sendable, Hashable {
        package let name: String
        package let partitions: Int
        /// Topic configuration of Kafka, e.g. `retention.ms`.
        package let configuration: [String: String]
    }

    /// All topics with their default partitions and configuration.
    ///
    /// Replies and results are cut into segments of a sixth of their retention and stamped by the broker, because Kafka
    /// deletes whole segments by their newest timestamp.
    package var specifications: [Specification] {
        let hour = 3_600_000
        let day = 24 * hour
        func answers(keptFor time: Int) -> [String: String] {
            [
                "retention.ms": String(time), "segment.ms": String(time / 6), "message.timestamp.type": "LogAppendTime",
            ]
        }
        func specifications(ofJobs name: String) -> [Specification] {
            [
                Specification(name: name, partitions: 12, configuration: ["retention.ms": String(day)])
            ]
                + retryDelays.map { delay in
                    Specification(
                        name: Self.retry(of: name, delay: delay),
                        partitions: 12,
                        configuration: ["retention.ms": String(7 * day)]
                    )
                } + [
                    Specification(
                        name: Self.deadLetters(of: name),
                        partitions: 12,
                        configuration: ["retention.ms": String(7 * day)]
                    )
                ]
        }
        return jobs.flatMap(specifications(ofJobs:)) + [
            Specification(name: replies, partitions: 12, configuration: answers(keptFor: hour)),
            Specification(name: results, partitions: 12, configuration: answers(keptFor: day)),
            // Twice as long as results: a job lives a day at most, and its results a day from then on.
            Specification(
                name: jobStates,
                partitions: 6,
                configuration: [
                    "cleanup.policy": "compact,delete", "retention.ms": String(2 * day), "segment.ms": String(hour),
                    "delete.retention.ms": String(hour), "message.timestamp.type": "LogAppendTime",
                ]
            ),
            Specification(name: metrics, partitions: 6, configuration: ["retention.ms": String(7 * day)]),
        ]
    }
}
