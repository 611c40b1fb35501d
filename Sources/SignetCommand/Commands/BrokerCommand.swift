// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import ServiceLifecycle
internal import SignetKafka

/// `signet broker`: the embedded broker alone, for several processes on one machine.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run the embedded broker alone. For development only.",
        discussion: """
            Prints `bootstrap 127.0.0.1:PORT`: the Kafka protocol over TCP, in memory, on a port of its own choice, with
            Signet's topics made. It keeps at most 5 MiB a partition and drops the oldest beyond that without a word, does
            not de-duplicate retried writes, and forgets all when it ends: never use it in production.
            Others use it as: SIGNET_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:PORT signet worker
            """
    )

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        let runtime = ProcessRuntime(settings, label: "signet.broker")
        let broker = try EmbeddedBroker(topics: try settings.topics.embedded)
        Console.print("bootstrap \(broker.bootstrapServers)")
        try await runtime.run([.init(service: BrokerLife(broker: broker))])
    }
}
