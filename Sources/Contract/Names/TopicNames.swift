// SPDX-License-Identifier: Apache-2.0

/// The names of Signet's topics under one prefix, and what `signet topics create` gives each.
package struct TopicNames: Sendable, Hashable {
    /// What all names begin with, e.g. `signet.`.
    package let prefix: String

    package init(prefix: String = "signet.") {
        self.prefix = prefix
    }

    /// Interactive signing jobs: few items, answered now.
    package var signingJobs: String { prefix + "jobs.signing" }
    /// Chunks of batches: taken in weighted turn, so that a flood never delays a click.
    package var bulkJobs: String { prefix + "jobs.bulk" }
    /// One reply for each chunk of a waiting request; only gateways may read it.
    package var replies: String { prefix + "replies" }
    /// Analytics events.
    package var metrics: String { prefix + "metrics" }

    /// Where records of `topic` end that can never be processed, with their original bytes.
    package static func deadLetters(of topic: String) -> String { topic + "-dlt" }

    /// A topic as `signet topics create` makes it.
    package struct Specification: Sendable, Hashable {
        package let name: String
        package let partitions: Int
        /// Topic configuration of Kafka, e.g. `retention.ms`.
        package let configuration: [String: String]
    }

    /// All topics with their default partitions and configuration.
    ///
    /// Replies are cut into segments of a sixth of their retention and stamped by the broker, because Kafka deletes
    /// whole segments by their newest timestamp.
    package var specifications: [Specification] {
        let hour = 3_600_000
        let day = 24 * hour
        func jobs(_ name: String) -> [Specification] {
            [
                Specification(name: name, partitions: 12, configuration: ["retention.ms": String(day)]),
                Specification(
                    name: Self.deadLetters(of: name),
                    partitions: 12,
                    configuration: ["retention.ms": String(7 * day)]
                ),
            ]
        }
        return jobs(signingJobs) + jobs(bulkJobs) + [
            Specification(
                name: replies,
                partitions: 12,
                configuration: [
                    "retention.ms": String(hour),
                    "segment.ms": String(hour / 6),
                    "message.timestamp.type": "LogAppendTime",
                ]
            ),
            Specification(name: metrics, partitions: 6, configuration: ["retention.ms": String(7 * day)]),
        ]
    }
}
