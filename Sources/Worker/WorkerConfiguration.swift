// SPDX-License-Identifier: Apache-2.0

package import Contract
package import SignetKafka

/// What a worker needs to know.
package struct WorkerConfiguration: Sendable {
    /// librdkafka settings of all its clients; at least `bootstrap.servers`.
    package var kafka: KafkaConfiguration
    /// Settings of producers only, over `kafka`.
    package var producer: KafkaConfiguration
    package var topics: TopicNames
    /// Consumer groups are `<group>.signing` and `<group>.bulk`: members of one pool share their jobs.
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
    /// Opens sealed credentials; several while keys rotate.
    package var sealingKeys: [SealingPrivateKey]
    /// Bytes of one reply record at most; below the broker's `message.max.bytes`.
    package var maximumReplyBytes: Int

    package init(
        kafka: KafkaConfiguration,
        producer: KafkaConfiguration = KafkaConfiguration(),
        topics: TopicNames = TopicNames(),
        group: String = "signet-workers",
        identity: WorkerIdentity,
        concurrency: Int = 0,
        bulkWeight: Int = 8,
        allowedReplyTopics: ReplyTopicPolicy? = nil,
        profilesFile: String? = nil,
        sealingKeys: [SealingPrivateKey] = [],
        maximumReplyBytes: Int = 900_000
    ) {
        self.kafka = kafka
        self.producer = producer
        self.topics = topics
        self.group = group
        self.identity = identity
        self.concurrency = concurrency
        self.bulkWeight = bulkWeight
        self.allowedReplyTopics = allowedReplyTopics ?? ReplyTopicPolicy(patterns: [topics.prefix + "replies*"])
        self.profilesFile = profilesFile
        self.sealingKeys = sealingKeys
        self.maximumReplyBytes = maximumReplyBytes
    }
}

extension WorkerConfiguration {
    var signingGroup: String { group + ".signing" }
    var bulkGroup: String { group + ".bulk" }
}
