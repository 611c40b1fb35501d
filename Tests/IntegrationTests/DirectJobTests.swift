// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Applications that produce jobs straight to Kafka, with a client that shares no code with the project.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct DirectJobTests {
    private static let options = Platform.Options(
        worker: ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"])

    private static func signing(_ changes: [String: Any] = [:]) -> [String: Any] {
        [
            "s3Bucket": "my-bucket", "s3Region": "eu-central-1", "operation": "GetObject",
            "items": [["key": "a b.txt"]],
        ].merging(changes) { $1 }
    }

    @Test(arguments: ["jobs.signing", "jobs.bulk"])
    func jobWithSpringHeadersIsAnsweredWhereItAsks(topic: String) async throws {
        try await Platform.run(Self.options) { platform in
            let job = DirectJob(["s3Signing": Self.signing()])
            let answer = try await job.send(to: platform, topic: topic)
            #expect(answer.headers.contains("content-type=application/json"))
            #expect(answer.object["jobId"] as? String == job.json["jobId"] as? String)
            #expect(
                try answer.url().hasPrefix("https://my-bucket.s3.eu-central-1.amazonaws.com/a%20b.txt?X-Amz-Algorithm=")
            )
        }
    }

    @Test func whatAJobWantsToBeRememberedComesBack() async throws {
        try await Platform.run(Self.options) { platform in
            let echo = Data((0..<1_000).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            let answer = try await DirectJob(["s3Signing": Self.signing(), "echo": echo]).send(to: platform)
            #expect(answer.object["echo"] as? String == echo)
        }
    }

    /// What is wrong with a job, and how it is answered.
    private static var refusals: [(change: [String: Any], code: String, field: String?)] {
        [
            (["version": 2], "unsupported", "version"),
            (["s3Signing": NSNull(), "s3Archive": ["x": 1]], "unsupported", nil),
            (["jobId": "42"], "invalid_value", "jobId"),
            (["tenant": ""], "missing_field", "tenant"),
            (["echo": Data(count: 524_289).base64EncodedString()], "invalid_length", "echo"),
            (["signingTimeMs": 4_102_444_800_000], "signing_time_in_future", "signingTimeMs"),
            (["signingTimeMs": 1_000, "deadlineMs": 2_000], "expired", "deadlineMs"),
            (["deadlineMs": 4_102_444_800_000], "invalid_deadline", "deadlineMs"),
            (["s3Signing": signing(["operation": "CreateBucket"])], "unsupported", "operation"),
            (["s3Signing": signing(["credentialProfile": "nobody"])], "unknown_profile", "credentialProfile"),
            (["s3Signing": signing(["items": []])], "missing_field", "items"),
            (
                ["s3Signing": signing(["items": [["key": String(repeating: "k", count: 1_025)]]])], "invalid_key",
                "items[0].key"
            ),
            (
                [
                    "s3Signing": signing([
                        "sealedCredential": ["keyId": "none", "ciphertext": "AAAA", "scope": ["version": 1]]
                    ])
                ],
                "seal_scope", "sealedCredential"
            ),
        ]
    }

    @Test func mistakesOfAJobAreAnsweredByCodeAndField() async throws {
        try await Platform.run(Self.options) { platform in
            for refusal in Self.refusals {
                let job = DirectJob(["s3Signing": Self.signing()].merging(refusal.change) { $1 })
                let failure = try await job.send(to: platform).failure
                #expect(failure["code"] == refusal.code)
                #expect(failure["field"] == refusal.field)
                #expect(failure["message"]?.isEmpty == false)
            }
        }
    }

    @Test func oneBadItemNeverFailsTheOthers() async throws {
        try await Platform.run(Self.options) { platform in
            let items: [[String: Any]] = [
                ["key": "good"], ["key": String(repeating: "é", count: 600)], ["id": "third", "key": "😀/ü"],
            ]
            let answered = try await DirectJob(["s3Signing": Self.signing(["items": items])]).send(to: platform).items()
            #expect(answered.count == 3)
            #expect(answered[0]["url"] != nil)
            #expect((answered[1]["failure"] as? [String: String])?["code"] == "invalid_key")
            #expect(answered[1]["url"] == nil)
            #expect(answered[2]["id"] as? String == "third")
            #expect((answered[2]["url"] as? String)?.contains("/%F0%9F%98%80/%C3%BC?") == true)
        }
    }

    @Test func redeliveredJobGivesTheSameURL() async throws {
        try await Platform.run(Self.options) { platform in
            let now = Int(Date.now.timeIntervalSince1970 * 1_000)
            let job = DirectJob(["signingTimeMs": now, "s3Signing": Self.signing(["items": [["filename": "x.bin"]]])])
            let first = try await job.send(to: platform).url()
            var again = DirectJob(job.json)
            again.replyPartition = (job.replyPartition + 1) % 12
            #expect(try await again.send(to: platform).url() == first)
        }
    }

    /// Bytes that no worker will ever understand are kept as they are, and the partition moves on.
    @Test func poisonGoesToTheDeadLettersAndThePartitionMovesOn() async throws {
        try await Platform.run(Self.options) { platform in
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            let topic = platform.topic("jobs.signing")
            let poison = Data([0xFF, 0xFE, 0x00, 0x80] + Array("not a job".utf8))
            try await kcat.produce(topic, poison, headers: [("trace", "kept")], partition: 3)
            try await kcat.produce(topic, nil, partition: 3)
            try await kcat.produce(topic, Data("{\"version\":".utf8), partition: 3)
            // The next job of the same partition is answered.
            var job = DirectJob(["s3Signing": Self.signing()])
            job.replyPartition = 0
            try await kcat.produce(
                topic,
                Data(JSONAnswer.text(of: job.json).utf8),
                headers: [
                    ("kafka_replyTopic", platform.topic("replies")), ("kafka_replyPartition", "0"),
                    ("kafka_correlationId", job.correlationID),
                ],
                partition: 3
            )
            #expect(try await job.reply(on: platform).url().isEmpty == false)

            let letters = try await kcat.consume(platform.topic("jobs.signing-dlt"), format: "%S:%s|%h\n")
            #expect(letters.range(of: Data("\(poison.count):".utf8) + poison) != nil)
            let text = String(decoding: letters, as: UTF8.self)
            #expect(text.contains("trace=kept"))
            #expect(text.contains("kafka_dlt-original-topic=\(topic)"))
            #expect(text.contains("kafka_dlt-exception-fqcn=malformed"))
            #expect(text.contains("kafka_dlt-original-timestamp-type=CreateTime"))
            #expect(text.contains("kafka_dlt-original-consumer-group=\(platform.topic("workers.signing"))"))
            // kcat writes the length of a null value as -1.
            #expect(text.contains("-1:|"))
            #expect(text.contains("11:{\"version\":"))
        }
    }

    @Test func replyTopicThatIsNotAllowedIsNotWrittenTo() async throws {
        try await Platform.run(Self.options) { platform in
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            let victim = platform.topic("metrics")
            let job = DirectJob(["s3Signing": Self.signing()])
            try await kcat.produce(
                platform.topic("jobs.signing"),
                Data(JSONAnswer.text(of: job.json).utf8),
                headers: [("kafka_replyTopic", victim), ("kafka_correlationId", "relay")],
                partition: 1
            )
            // Behind it in the same partition: when this one is answered, that one is done.
            var next = DirectJob(["s3Signing": Self.signing()])
            next.replyPartition = 0
            try await kcat.produce(
                platform.topic("jobs.signing"),
                Data(JSONAnswer.text(of: next.json).utf8),
                headers: [
                    ("kafka_replyTopic", platform.topic("replies")), ("kafka_replyPartition", "0"),
                    ("kafka_correlationId", next.correlationID),
                ],
                partition: 1
            )
            _ = try await next.reply(on: platform)
            let events = String(decoding: try await kcat.dump(victim), as: UTF8.self)
            #expect(!events.contains("kafka_correlationId"))
            #expect(events.contains("reply_topic_not_allowed"))
            let letters = String(decoding: try await kcat.dump(platform.topic("jobs.signing-dlt")), as: UTF8.self)
            #expect(letters.contains("kafka_dlt-exception-fqcn=reply_topic_not_allowed"))
        }
    }
}
