// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet dlq`, on letters that a worker wrote.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct DeadLettersTests {
    private static let options = Platform.Options(
        worker: ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"])

    private static func dlq(
        _ arguments: [String],
        _ platform: Platform
    ) async throws -> (status: ChildProcess.ExitStatus, output: String, errors: String) {
        let (status, output, errors) = try await runToEnd(
            ProductExecutables.signet().path,
            ["dlq"] + arguments,
            environment: .inherited(adding: [
                "SIGNET_TOPICS_PREFIX": platform.topic(""), "SIGNET_KAFKA_BOOTSTRAP_SERVERS": platform.bootstrapServers,
                "SIGNET_KAFKA_FETCH_WAIT_MAX_MS": "2",
            ])
        )
        return (status, String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
    }

    /// A job whose reply goes where replies may not go: it can be read, and lies among the dead letters.
    private static func misdirected(_ changes: [String: Any] = [:]) -> DirectJob {
        DirectJob(
            [
                "tenant": "acme",
                "s3Signing": [
                    "s3Bucket": "my-bucket", "s3Region": "eu-central-1", "operation": "GetObject",
                    "items": [["key": "see https://h/k?X-Amz-Signature=feedbeef"]],
                    "sealedCredential": ["keyId": "k1", "ciphertext": "c2VhbGVk", "scope": ["tenant": "acme"]],
                ],
            ].merging(changes) { $1 }
        )
    }

    @Test func lettersAreListedShownFilteredAndPutBack() async throws {
        try await Platform.run(Self.options) { platform in
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            let topic = platform.topic("jobs.signing")
            let old = Self.misdirected(["signingTimeMs": 1_000, "deadlineMs": 2_000])
            let fresh = Self.misdirected()
            for job in [old, fresh] {
                try await kcat.produce(
                    topic,
                    Data(JSONAnswer.text(of: job.json).utf8),
                    headers: [("kafka_replyTopic", platform.topic("metrics")), ("kafka_correlationId", "c1")],
                    partition: 2
                )
            }
            try await kcat.produce(topic, Data("poison".utf8), headers: [("trace", "t1")], partition: 2)
            // Behind them: when this one is answered, those are done.
            var last = DirectJob([
                "s3Signing": [
                    "s3Bucket": "my-bucket", "s3Region": "eu-central-1", "operation": "GetObject",
                    "items": [["key": "k"]],
                ]
            ])
            last.replyPartition = 0
            try await kcat.produce(
                topic,
                Data(JSONAnswer.text(of: last.json).utf8),
                headers: [
                    ("kafka_replyTopic", platform.topic("replies")), ("kafka_replyPartition", "0"),
                    ("kafka_correlationId", last.correlationID),
                ],
                partition: 2
            )
            _ = try await last.reply(on: platform)
            try await kcat.wait(for: ["poison"], on: topic + "-dlt", format: "%s\n")

            let list = try await Self.dlq(["list"], platform)
            #expect(list.status.isSuccess, "\(list.errors)")
            #expect(list.output.contains("3 dead letters\n  2  reply_topic_not_allowed\n  1  malformed\n"))
            let json = try await Self.dlq(["list", "--json", "--tenant", "acme", "--since", "1h"], platform)
            let lines = try json.output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(
                Set(lines.compactMap { $0["jobId"] as? String })
                    == Set([old, fresh].compactMap { $0.json["jobId"] as? String })
            )
            #expect(lines.allSatisfy { ($0["origin"] as? String)?.hasPrefix(topic + "/2/") == true })
            #expect(try await Self.dlq(["list", "--until", "1h"], platform).output.hasPrefix("0 dead letters"))

            let line = try #require(lines.first { $0["jobId"] as? String == fresh.json["jobId"] as? String })
            let place = try #require(line["place"] as? String)
            let show = try await Self.dlq(["show", place], platform)
            #expect(show.status.isSuccess, "\(show.errors)")
            for text in [
                "code     reply_topic_not_allowed  (spring)", "header   kafka_correlationId: c1", "my-bucket", "k1",
            ] {
                #expect(show.output.contains(text), "\(text)")
            }
            for secret in ["feedbeef", "c2VhbGVk"] {
                #expect(!show.output.contains(secret) && !list.output.contains(secret))
            }

            let dry = try await Self.dlq(["replay", "--dry-run", "--tenant", "acme"], platform)
            #expect(dry.output.contains("would be replayed  \(place)"))
            #expect(dry.output.contains("refused  ") && dry.output.contains("its job expired"))
            #expect(dry.status == .exited(code: 1))
            #expect(try await kcat.count(topic) == 4)

            let purge = try await Self.dlq(["purge", "--dry-run", "--tenant", "acme"], platform)
            #expect(purge.status.isSuccess, "\(purge.errors)")
            // How many of them have another one before them depends on their partitions.
            #expect(purge.output.contains(" would be purged\n"))
            let replay = try await Self.dlq(["replay", "--place", place], platform)
            #expect(replay.status.isSuccess, "\(replay.output)\(replay.errors)")
            #expect(replay.output.hasSuffix("1 replayed\n"))
            // It comes back, for its reply topic is no better; and knows that it was replayed.
            try await kcat.wait(for: ["1"], on: topic + "-dlt", format: "%h\n", extracting: "signet_replays=")
            let again = String(decoding: try await kcat.consume(topic, format: "%h|%s\n"), as: UTF8.self)
            let replayed = try #require(again.split(separator: "\n").first { $0.contains("signet_replays=1") })
            #expect(!replayed.contains("kafka_dlt-"))
            #expect(replayed.contains("kafka_correlationId=c1"))
            #expect(replayed.hasSuffix(try JSONAnswer.text(of: fresh.json)))

            let deletion = try await Self.dlq(["purge", "--until", "0s"], platform)
            if platform.broker == nil {
                #expect(deletion.output.hasSuffix("4 purged\n"), "\(deletion.errors)")
                #expect(try await Self.dlq(["list"], platform).output.hasPrefix("0 dead letters"))
            } else {
                #expect(deletion.status == .exited(code: 1))
                #expect(deletion.errors.contains("cannot be deleted") && deletion.errors.contains("no such request"))
            }
        }
    }

    @Test(arguments: [
        (["show", "nonsense"], 64), (["list", "--since", "soon"], 64), (["replay", "--rate", "0"], 64),
        (["list", "--limit", "0"], 64), (["purge"], 64), (["purge", "--all", "--code", "x"], 64),
        (["list", "--topic", "no-such-topic-of-letters"], 0), (["show", "t/0/1"], 1),
    ])
    func mistakesAreNamed(arguments: [String], code: Int) async throws {
        try await Platform.run(Platform.Options(startsWorker: false)) { platform in
            let run = try await Self.dlq(arguments, platform)
            // The embedded broker makes a topic that is asked for.
            #expect(run.status == .exited(code: Int32(code)), "\(run.output)\(run.errors)")
            if code != 0 { #expect(run.errors.contains("Error: ")) }
        }
    }

    @Test func aBrokerThatDoesNotAnswerIsNamedInTime() async throws {
        let (status, _, errors) = try await runToEnd(
            ProductExecutables.signet().path,
            ["dlq", "list"],
            environment: .inherited(adding: ["SIGNET_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        )
        #expect(status == .exited(code: 1))
        #expect(String(decoding: errors, as: UTF8.self).contains("cannot be read"))
    }
}
