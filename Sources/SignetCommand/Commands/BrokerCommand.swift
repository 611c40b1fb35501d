// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import SignetKafka

/// `signet broker`: the embedded broker alone, for several processes on one machine.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run the embedded broker alone. For development only.",
        discussion: """
            Prints `bootstrap 127.0.0.1:PORT`. A real Kafka protocol over TCP, in memory, on a port of its own choice.
            It keeps at most 5 MiB a partition and drops the oldest beyond that without a word, does not de-duplicate
            retried writes, and forgets all when it ends: never use it in production.
            Others use it as: SIGNET_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:PORT signet worker
            """
    )

    @OptionGroup var common: SettingsOptions

    func run() async throws {
        let settings = try await common.load()
        let broker = try EmbeddedBroker(topics: TopicNames(prefix: settings.topicsPrefix).embedded)
        Console.print("bootstrap \(broker.bootstrapServers)")
        try await Services.run([], until: .signal, settings: settings)
        broker.close()
    }
}

extension TopicNames {
    /// What the embedded broker is given: it has no admin requests.
    var embedded: [(name: String, partitions: Int)] {
        specifications.map { ($0.name, $0.partitions) }
    }
}
