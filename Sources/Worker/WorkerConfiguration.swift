// SPDX-License-Identifier: Apache-2.0

package import Contract
package import SignetKafka

/// What a worker needs to know.
package struct WorkerConfiguration: Sendable {
    /// librdkafka settings of all its clients; at least `bootstrap.servers`.
    package var kafka: KafkaConfiguration
    package var topics: TopicNames
    /// Consumer groups are `<group>.signing`, `<group>.bulk`, `<group>.multipart` and `<group>.retry`: members of one pool share their jobs.
    package var group: String
    /// How the process names itself in events and replies.
    package var identity: WorkerIdentity
    /// Tasks that sign at the same time; 0: one for each core.
    package var concurrency: Int
    /// Interactive batches that may pass a waiting bulk batch.
    package var bulkWeight: Int
    /// Topics that replies may be written to.
    package var allowedReplyTopics: ReplyTopicPolicy
    /// Path of the credential profiles; `nil`: only the profile `default` from the AWS environment.
    package var profilesFile: String?
    /// Endpoints of one's own that requests are sent to, whatever they are signed with, e.g. `https://minio.example:9000`.
    package var allowedEndpoints: [String]
    /// Opens sealed credentials; several while keys rotate.
    package var sealingKeys: [SealingPrivateKey]
    package var webhooks: WebhookConfiguration
    /// Where the journal is by which a worker finds the record that ended it.
    package var stateDirectory: StateDirectory
    /// When so much goes to the dead letters that no more does for a while.
    package var deadLetterLimits = DeadLetterBreaker.Limits()
    /// How often an event of one job may be read.
    package var eventDelivery: EventDelivery
    /// Bytes of one reply record at most; below the broker's `message.max.bytes`.
    package var maximumReplyBytes: Int

    /// A directory that outlives the worker.
    package enum StateDirectory: Sendable, Hashable {
        case none
        /// Somebody named it: a worker that cannot write it does not start.
        case chosen(String)
        /// Nobody did: a worker that cannot write it goes without.
        case usual(String)
    }

    /// How events come to their topic.
    package enum EventDelivery: String, Sendable, CaseIterable {
        /// With the replies; again where a job is done again.
        case atLeastOnce = "at-least-once"
        /// In one transaction with the offsets of their jobs: readers of committed records see each once.
        case exactlyOnce = "exactly-once"
    }

    package init(
        kafka: KafkaConfiguration,
        topics: TopicNames = TopicNames(),
        group: String = "signet-workers",
        identity: WorkerIdentity,
        concurrency: Int = 0,
        bulkWeight: Int = 8,
        allowedReplyTopics: ReplyTopicPolicy? = nil,
        profilesFile: String? = nil,
        allowedEndpoints: [String] = [],
        sealingKeys: [SealingPrivateKey] = [],
        webhooks: WebhookConfiguration = WebhookConfiguration(),
        stateDirectory: StateDirectory = .none,
        eventDelivery: EventDelivery = .atLeastOnce,
        maximumReplyBytes: Int = 900_000
    ) {
        self.kafka = kafka
        self.topics = topics
        self.group = group
        self.identity = identity
        self.concurrency = concurrency
        self.bulkWeight = bulkWeight
        self.allowedReplyTopics = allowedReplyTopics ?? ReplyTopicPolicy(patterns: [topics.prefix + "replies*"])
        self.profilesFile = profilesFile
        self.allowedEndpoints = allowedEndpoints
        self.sealingKeys = sealingKeys
        self.webhooks = webhooks
        self.stateDirectory = stateDirectory
        self.eventDelivery = eventDelivery
        self.maximumReplyBytes = maximumReplyBytes
    }
}

extension WorkerConfiguration {
    var signingGroup: String { group + ".signing" }
    var bulkGroup: String { group + ".bulk" }
    var multipartGroup: String { group + ".multipart" }
    var retryGroup: String { group + ".retry" }

    /// Names the journals of workers that may have the same records: those of one group on one cluster.
    var journalName: String {
        let cluster = StableHash.of(kafka["bootstrap.servers"] ?? "")
        let group = group.prefix(100).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        return "\(String(group))-\(String(cluster, radix: 16))"
    }
}
