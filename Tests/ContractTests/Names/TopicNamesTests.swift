// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct TopicNamesTests {
    @Test(arguments: ["signet.", "eu-", ""])
    func everyNameBeginsWithThePrefix(prefix: String) {
        let names = TopicNames(prefix: prefix)
        #expect(names.signingJobs == prefix + "jobs.signing")
        #expect(names.bulkJobs == prefix + "jobs.bulk")
        #expect(names.multipartJobs == prefix + "jobs.multipart")
        #expect(names.replies == prefix + "replies")
        #expect(names.results == prefix + "results")
        #expect(names.jobStates == prefix + "job-states")
        #expect(names.metrics == prefix + "metrics")
        #expect(TopicNames.deadLetters(of: names.bulkJobs) == prefix + "jobs.bulk-dlt")
    }

    @Test func topicsOfLaterRoundsNameTheirDelayAndOrigin() {
        let topic = TopicNames.retry(of: "signet.jobs.signing", delay: 5_000)
        #expect(topic == "signet.jobs.signing-retry-5000")
        #expect(TopicNames.retryDelay(of: topic) == 5_000)
        #expect(TopicNames.origin(of: topic) == "signet.jobs.signing")
        #expect(
            TopicNames(prefix: "x-retry-7.", retryDelays: [1]).retries == [
                "x-retry-7.jobs.signing-retry-1", "x-retry-7.jobs.bulk-retry-1", "x-retry-7.jobs.multipart-retry-1",
            ]
        )
        for other in ["signet.jobs.signing", "a-retry-", "a-retry-x", "a-retry--1", "x-retry-7.jobs"] {
            #expect(TopicNames.retryDelay(of: other) == nil)
            #expect(TopicNames.origin(of: other) == other)
        }
    }

    @Test func prefixIsSignetUnlessSaid() {
        #expect(TopicNames().replies == "signet.replies")
    }

    /// The documented table: topic, partitions, retention in milliseconds.
    @Test(arguments: [
        ("signet.jobs.signing", 12, "86400000"), ("signet.jobs.signing-dlt", 12, "604800000"),
        ("signet.jobs.signing-retry-5000", 12, "604800000"), ("signet.jobs.bulk-retry-60000", 12, "604800000"),
        ("signet.jobs.bulk", 12, "86400000"), ("signet.jobs.bulk-dlt", 12, "604800000"),
        ("signet.jobs.multipart", 12, "86400000"), ("signet.jobs.multipart-retry-5000", 12, "604800000"),
        ("signet.jobs.multipart-dlt", 12, "604800000"),
        ("signet.replies", 12, "3600000"), ("signet.metrics", 6, "604800000"),
        ("signet.results", 12, "86400000"), ("signet.job-states", 6, "172800000"),
    ])
    func topicsAreMadeAsDocumented(name: String, partitions: Int, retention: String) throws {
        let specification = try #require(TopicNames().specifications.first { $0.name == name })
        #expect(specification.partitions == partitions)
        #expect(specification.configuration["retention.ms"] == retention)
    }

    @Test func everyTopicIsMadeOnce() {
        let names = TopicNames().specifications.map(\.name)
        #expect(names.count == 16)
        #expect(Set(names).count == 16)
    }

    @Test func repliesAreCutIntoSixSegmentsAndStampedByTheBroker() throws {
        let replies = try #require(TopicNames().specifications.first { $0.name == "signet.replies" })
        #expect(replies.configuration["segment.ms"] == "600000")
        #expect(replies.configuration["message.timestamp.type"] == "LogAppendTime")
    }
}
