// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Foundation
internal import Logging
internal import SignetKafka
internal import Worker

/// `signet dlq`: jobs that no worker could finish.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dlq",
        abstract: "Jobs that no worker could finish: list them, look at one, put them back, delete them.",
        discussion: """
            Reads the topics <jobs topic>-dlt, and the headers of Spring Kafka, Kafka Connect and Kafka Streams alike. Shows
            neither sealed secrets nor signatures. A letter's place is topic/partition/offset.
            """,
        subcommands: [List.self, Show.self, Replay.self, Purge.self]
    )

    /// Which letters are meant.
    struct Selection: ParsableArguments {
        @Option(name: .customLong("topic"), help: "Topic of dead letters; may be repeated. Default: those of all jobs.")
        var topics: [String] = []

        @Option(name: .customLong("code"), help: "Failure code, or name of an exception; may be repeated.")
        var codes: [String] = []

        @Option(name: .customLong("tenant"), help: "Whose jobs; may be repeated.")
        var tenants: [String] = []

        @Option(name: .customLong("place"), help: "One letter by its place; may be repeated.")
        var places: [String] = []

        @Option(help: "Put there at or after this time: RFC 3339, or a duration ago such as 90m, 12h or 2d.")
        var since: String?

        @Option(help: "Put there before this time, likewise.")
        var until: String?

        @Option(help: "Letters at most.")
        var limit: Int?

        func validate() throws {
            for place in places where DeadLetter.Place(place) == nil {
                throw ValidationError("--place \(place) is not written topic/partition/offset")
            }
            if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
            _ = try filter(now: 0)
        }

        /// Whether all letters are meant.
        var isEmpty: Bool {
            codes.isEmpty && tenants.isEmpty && places.isEmpty && since == nil && until == nil && limit == nil
        }

        func filter(now: Int64) throws -> DeadLetterFilter {
            var filter = DeadLetterFilter()
            filter.codes = Set(codes)
            filter.tenants = Set(tenants)
            filter.places = Set(places.compactMap(DeadLetter.Place.init))
            filter.since = try since.map { try Self.time($0, now: now) }
            filter.until = try until.map { try Self.time($0, now: now) }
            return filter
        }

        private static func time(_ text: String, now: Int64) throws -> Int64 {
            if let span = TimeSpan.milliseconds(text) { return now - span }
            if let date = try? Date(text, strategy: .iso8601) { return Int64(date.timeIntervalSince1970 * 1_000) }
            throw ValidationError("\(text) is no time: write 2026-01-31T23:59:59Z, or how long ago, e.g. 90m, 12h, 2d")
        }

        /// The topics to read.
        func topics(_ names: TopicNames) -> [String] {
            let placed = places.compactMap { DeadLetter.Place($0)?.partition.topic }
            if !topics.isEmpty { return topics }
            if !placed.isEmpty { return Set(placed).sorted() }
            return names.jobs.map(TopicNames.deadLetters(of:))
        }
    }

    /// Lends the letters that are meant.
    private static func read(
        _ selection: Selection,
        _ settings: Settings,
        _ body: (DeadLetter) async throws -> Void
    ) async throws {
        try await read(
            selection.topics(settings.topics),
            selection.filter(now: now),
            limit: selection.limit ?? .max,
            settings,
            body
        )
    }

    private static func read(
        _ topics: [String],
        _ filter: DeadLetterFilter,
        limit: Int,
        _ settings: Settings,
        _ body: (DeadLetter) async throws -> Void
    ) async throws {
        var left = limit
        try await readAll(topics, settings) { letter in
            guard filter.admits(letter) else { return true }
            try await body(letter)
            left -= 1
            return left > 0
        }
    }

    /// Lends all letters.
    ///
    /// - Parameter body: Answers whether to go on.
    private static func readAll(
        _ topics: [String],
        _ settings: Settings,
        _ body: (DeadLetter) async throws -> Bool
    ) async throws {
        try settings.requireBroker()
        let reader = TopicReader(kafka: settings.kafka, logger: quiet)
        do {
            try await reader.read(topics, { DeadLetter($0) }, body)
        } catch let error as KafkaError {
            throw CommandError("the dead letters cannot be read: \(error)")
        }
    }

    private static var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1_000) }
    /// What the library has to say is in the error.
    private static var quiet: Logger {
        var logger = Logger(label: "signet.dlq") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One line for each letter, and how many of each code."
        )

        @OptionGroup var selection: Selection
        @Flag(help: "Print JSON, an object a line, without the summary.")
        var json = false
        @OptionGroup var options: SettingsOptions

        /// What is told of a letter.
        private struct Line: Encodable {
            let place: String
            let time: String?
            let code: String?
            let message: String?
            let origin: String?
            let vocabulary: String?
            let tenant: String?
            let jobId: String?
            let kind: String
            let replays: Int
            let bytes: Int?

            init(_ letter: DeadLetter) {
                place = letter.place.description
                time = letter.time.map(Timestamp.rfc3339(unixMilliseconds:))
                code = letter.reason?.code
                message = (letter.reason?.message).map(DeadLetter.withoutSignatures)
                origin = letter.reason.flatMap { reason in
                    reason.topic.map { "\($0)/\(reason.partition ?? -1)/\(reason.offset ?? -1)" }
                }
                vocabulary = letter.reason?.vocabulary.rawValue
                tenant = letter.job?.tenant
                jobId = letter.job?.jobID
                kind = letter.kind
                replays = letter.replays
                bytes = letter.value?.count
            }
        }

        func run() async throws {
            let settings = try options.load()
            var counts: [String: Int] = [:]
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try await DeadLettersCommand.read(selection, settings) { letter in
                counts[letter.reason?.code ?? "(no reason)", default: 0] += 1
                let line = Line(letter)
                if json {
                    Console.print(String(decoding: try encoder.encode(line), as: UTF8.self))
                } else {
                    Console.print(
                        [
                            line.place, line.time ?? "-", line.code ?? "-", line.tenant ?? "-", line.jobId ?? "-",
                            line.kind,
                            line.bytes.map { "\($0) B" } ?? "not kept", line.message ?? "-",
                        ].joined(separator: "  ")
                    )
                }
            }
            if json { return }
            Console.print("\(counts.values.reduce(0, +)) dead letters")
            for (code, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                Console.print("  \(count)  \(code)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All that may be told of one letter.")

        @Argument(help: "topic/partition/offset, as `signet dlq list` shows it.")
        var place: String

        @OptionGroup var options: SettingsOptions

        func validate() throws {
            if DeadLetter.Place(place) == nil {
                throw ValidationError("\(place) is not written topic/partition/offset")
            }
        }

        func run() async throws {
            let settings = try options.load()
            guard let wanted = DeadLetter.Place(place) else { throw CommandError("\(place) is no place") }
            var filter = DeadLetterFilter()
            filter.places = [wanted]
            var isFound = false
            try await DeadLettersCommand.read([wanted.partition.topic], filter, limit: 1, settings) { letter in
                isFound = true
                for line in Self.lines(of: letter) { Console.print(line) }
            }
            if !isFound { throw CommandError("there is no dead letter at \(place)") }
        }

        private static func lines(of letter: DeadLetter) -> [String] {
            var lines = ["place    \(letter.place)"]
            if let time = letter.time { lines.append("time     \(Timestamp.rfc3339(unixMilliseconds: time))") }
            if let reason = letter.reason {
                lines.append("code     \(reason.code)  (\(reason.vocabulary.rawValue))")
                lines.append("message  \(DeadLetter.withoutSignatures(reason.message))")
                if let topic = reason.topic {
                    lines.append("origin   \(topic)/\(reason.partition ?? -1)/\(reason.offset ?? -1)")
                }
                if let group = reason.group { lines.append("group    \(group)") }
            }
            lines.append("replays  \(letter.replays)")
            for header in letter.headers where !DeadLetterReason.owns(header.name) {
                lines.append("header   \(header.name): \(shown(header.value))")
            }
            switch (letter.shownJob, letter.value) {
            case (let job?, _): lines.append("job      \(job)")
            case (nil, let value?): lines.append("value    \(value.count) bytes that are no job")
            case (nil, nil): lines.append("value    not kept: it was too large, or null")
            }
            return lines
        }

        /// Short text as it is, all else by its length: a foreign header may hold anything.
        private static func shown(_ value: [UInt8]?) -> String {
            guard let value else { return "null" }
            guard value.count <= 200, value.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                return "\(value.count) bytes"
            }
            return DeadLetter.withoutSignatures(String(decoding: value, as: UTF8.self))
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put letters back where they came from; they stay among the dead letters.",
            discussion:
                "Refuses jobs that have expired, and what was replayed three times. Ends 1 if any was not replayed."
        )

        @OptionGroup var selection: Selection

        @Option(help: "Another topic than the original one.")
        var to: String?

        @Option(help: "Letters a second at most.")
        var rate = 100

        @Flag(help: "Say what would be done, and write nothing.")
        var dryRun = false

        @Flag(help: "Replay also what was replayed three times.")
        var forceLoop = false

        @OptionGroup var options: SettingsOptions

        func validate() throws {
            guard (1...1_000_000).contains(rate) else { throw ValidationError("--rate is 1 to 1000000") }
        }

        func run() async throws {
            let settings = try options.load()
            let producer = try KafkaProducer(configuration: settings.kafka, logger: DeadLettersCommand.quiet)
            let replay = DeadLetterReplay(
                topics: try settings.topics,
                producer: producer,
                target: to,
                isForced: forceLoop,
                isDryRun: dryRun
            )
            var counts: [String: Int] = [:]
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await producer.run() }
                let pause = Duration.seconds(1) / rate
                var next = ContinuousClock.now
                let result: Result<Void, any Error>
                do {
                    try await DeadLettersCommand.read(selection, settings) { letter in
                        if !dryRun {
                            try await Task.sleep(until: next, clock: .continuous)
                            next = max(next, .now) + pause
                        }
                        let outcome = await replay.replay(letter, now: DeadLettersCommand.now)
                        let (word, detail) = Self.words(outcome)
                        counts[word, default: 0] += 1
                        Console.print("\(word)  \(letter.place)\(detail)")
                    }
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                producer.stop()
                try await group.waitForAll()
                try result.get()
            }
            for (word, count) in counts.sorted(by: { $0.key < $1.key }) { Console.print("\(count) \(word)") }
            if counts.keys.contains(where: { $0 == "refused" || $0 == "failed" }) { throw ExitCode.failure }
        }

        private static func words(_ outcome: DeadLetterReplay.Outcome) -> (word: String, detail: String) {
            switch outcome {
            case .replayed: ("replayed", "")
            case .wouldBeReplayed: ("would be replayed", "")
            case .refused(let why): ("refused", ": \(why)")
            case .failed(let why): ("failed", ": \(why)")
            }
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete letters for good.",
            discussion: """
                Kafka deletes from the oldest on: of each partition the letters go that are meant and have none before them
                that stays. The others are counted, and stay. Say which letters, or --all.
                """
        )

        @OptionGroup var selection: Selection

        @Flag(help: "All letters of the topics.")
        var all = false

        @Flag(help: "Say what would be done, and delete nothing.")
        var dryRun = false

        @OptionGroup var options: SettingsOptions

        func validate() throws {
            if selection.isEmpty, !all {
                throw ValidationError("say which letters: --until 7d, --code, --tenant, --place; or --all")
            }
            if all, !selection.isEmpty { throw ValidationError("--all leaves no choice: leave it out, or the others") }
        }

        func run() async throws {
            let settings = try options.load()
            let filter = try selection.filter(now: DeadLettersCommand.now)
            var purge = DeadLetterPurge()
            var left = selection.limit ?? .max
            try await DeadLettersCommand.readAll(selection.topics(settings.topics), settings) { letter in
                let isMeant = left > 0 && filter.admits(letter)
                if isMeant { left -= 1 }
                purge.note(letter.place, isMeant: isMeant)
                return true
            }
            if !dryRun {
                do throws(KafkaError) {
                    let admin = try KafkaAdmin(configuration: settings.kafka, logger: DeadLettersCommand.quiet)
                    _ = try await admin.deleteRecords(before: purge.offsets)
                } catch {
                    throw CommandError("the dead letters cannot be deleted: \(error)")
                }
            }
            for (partition, offset) in purge.offsets.sorted(by: { $0.key < $1.key }) {
                Console.print("\(partition.topic)/\(partition.partition)  before \(offset)")
            }
            Console.print("\(purge.purged) \(dryRun ? "would be purged" : "purged")")
            if purge.kept > 0 { Console.print("\(purge.kept) kept: they lie behind letters that stay") }
        }
    }
}
