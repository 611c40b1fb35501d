// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Logging
internal import SignetKafka

/// `signet topics`: what Signet needs on a broker.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "The topics that Signet needs.",
        subcommands: [Create.self, List.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the topics that do not exist yet; those that do are left as they are.",
            discussion: "Not on the embedded broker, which has no admin requests and makes its topics itself."
        )

        @OptionGroup var options: SettingsOptions

        @Option(help: "Partitions of every topic; default: as `signet topics list` says.")
        var partitions: Int?

        @Option(help: "Copies of every partition; default: the broker's.")
        var replicationFactor = -1

        func validate() throws {
            if let partitions, !(1...10_000).contains(partitions) {
                throw ValidationError("--partitions must be 1 to 10000")
            }
            guard replicationFactor == -1 || (1...100).contains(replicationFactor) else {
                throw ValidationError("--replication-factor must be 1 to 100")
            }
        }

        func run() async throws {
            let settings = try options.load()
            try settings.requireBroker()
            let admin = try KafkaAdmin(configuration: settings.kafka, logger: Logger(label: "signet.topics"))
            let outcomes = try await admin.createTopics(
                try settings.topics.specifications.map {
                    KafkaAdmin.Topic(
                        name: $0.name,
                        partitions: partitions ?? $0.partitions,
                        replicationFactor: replicationFactor,
                        configuration: $0.configuration
                    )
                }
            )
            var failed = 0
            for (name, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
                switch outcome {
                case .created: Console.print("created \(name)")
                case .existed: Console.print("exists  \(name)")
                case .failed(let error):
                    failed += 1
                    Console.print("failed  \(name): \(error.message)")
                }
            }
            if failed > 0 { throw ExitCode.failure }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the topics with their partitions and configuration, as `create` makes them."
        )

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            for topic in try options.load().topics.specifications {
                let configuration = topic.configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                Console.print("\(topic.name) partitions=\(topic.partitions) \(configuration.joined(separator: " "))")
            }
        }
    }
}
