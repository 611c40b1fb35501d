// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CEchoBaseline
import Contract
import Foundation
import SignetKafka

/// `signet-bench echo`: what the worker is measured by; started by `signet-bench pipeline`.
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Answer each record of a topic with two, in C over librdkafka, without any work.",
        shouldDisplay: false
    )

    @Option(help: "The topic to read.") var jobs: String
    @Option(help: "Where to begin, for each partition in turn.") var offset: [Int64]
    @Option(help: "Where replies go.") var replies: String
    @Option(help: "Where events go.") var events: String
    @Option(help: "Bytes of a reply's key.") var keyBytes: Int
    @Option(help: "Bytes of a reply.") var replyBytes: Int
    @Option(help: "Bytes of an event.") var eventBytes: Int
    @Option(help: "A header of replies, name=value.") var replyHeader: [String] = []
    @Option(help: "A header of events, name=value.") var eventHeader: [String] = []
    @Option(help: "A setting of the consumer, key=value.") var consumer: [String] = []
    @Option(help: "A setting of the producer, key=value.") var producer: [String] = []

    func run() throws {
        let status = Self.lend(consumer) { consumer in
            Self.lend(producer) { producer in
                Self.lend(replyHeader) { replyHeaders in
                    Self.lend(eventHeader) { eventHeaders in
                        signet_echo_run(
                            consumer,
                            producer,
                            jobs,
                            offset,
                            offset.count,
                            replies,
                            events,
                            .init(key_bytes: keyBytes, value_bytes: replyBytes, headers: replyHeaders),
                            .init(key_bytes: 0, value_bytes: eventBytes, headers: eventHeaders)
                        ) {
                            print("ready")
                            fflush(nil)
                        }
                    }
                }
            }
        }
        throw ExitCode(status)
    }

    private static func lend<Result>(_ settings: [String], _ body: (signet_echo_settings) -> Result) -> Result {
        let texts = settings.flatMap { $0.split(separator: "=", maxSplits: 1).map { strdup(String($0)) } }
        defer { for text in texts { free(text) } }
        let pairs = texts.map { UnsafePointer($0) }
        return pairs.withUnsafeBufferPointer { body(signet_echo_settings(pairs: $0.baseAddress, count: $0.count)) }
    }

    /// What a record of the worker is like.
    struct Shape {
        let keyBytes: Int
        let valueBytes: Int
        /// But for the correlation id, which the echo copies.
        let headers: [String]

        init(_ record: borrowing KafkaRecord) {
            keyBytes = record.key?.count ?? 0
            valueBytes = record.value?.count ?? 0
            var headers: [String] = []
            record.forEachHeader { name, value in
                guard name != HeaderNames.correlationID else { return }
                headers.append("\(name)=\(String(decoding: value ?? .init(start: nil, count: 0), as: UTF8.self))")
            }
            self.headers = headers
        }
    }

    /// The arguments of an echo with the same settings as a worker.
    static func arguments(
        jobs: String,
        from offsets: [Int64],
        group: String,
        on topics: (replies: String, events: String),
        like records: (reply: Shape, event: Shape),
        settings: KafkaConfiguration
    ) -> [String] {
        var consumer = settings.merging(defaults: KafkaConsumer.defaults)
        consumer["group.id"] = group
        let producer = KafkaConfiguration(["bootstrap.servers": settings["bootstrap.servers"] ?? ""])
            .merging(defaults: KafkaProducer.defaults)
        var arguments = ["echo", "--jobs", jobs, "--replies", topics.replies, "--events", topics.events]
        arguments += ["--key-bytes", "\(records.reply.keyBytes)", "--reply-bytes", "\(records.reply.valueBytes)"]
        arguments += ["--event-bytes", "\(records.event.valueBytes)"]
        for header in records.reply.headers { arguments += ["--reply-header", header] }
        for header in records.event.headers { arguments += ["--event-header", header] }
        for offset in offsets { arguments += ["--offset", "\(offset)"] }
        for (key, value) in consumer.sorted { arguments += ["--consumer", "\(key)=\(value)"] }
        for (key, value) in producer.sorted { arguments += ["--producer", "\(key)=\(value)"] }
        return arguments
    }
}
