// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Gateway
internal import Management
internal import ServiceLifecycle

/// `signet gateway`: HTTP in, HTTP out.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Run the HTTP gateway. It holds no keys: it seals those of requests to the workers' public key.",
        discussion: """
            Needs a broker (SIGNET_KAFKA_BOOTSTRAP_SERVERS) with Signet's topics, and, for requests that carry keys,
            sealing.publicKey. Prints `ready http://HOST:PORT` once it can answer. SIGTERM drains.
            """
    )

    @OptionGroup var options: SettingsOptions

    @Option(help: "Port to listen at; 0: any free one (setting http.port).")
    var port: Int?

    func run() async throws {
        let settings = try options.load(flags: port.map { ["http.port=\($0)"] } ?? [])
        try settings.requireBroker()
        let runtime = ProcessRuntime(settings, label: "signet.gateway")
        let configuration = try settings.gatewayConfiguration()
        let gateway = try Gateway(configuration: configuration, logger: runtime.logger)
        gateway.addHealthChecks(liveness: runtime.liveness, readiness: runtime.readiness)
        try await runtime.run([
            .init(service: try runtime.management()),
            .init(service: gateway),
            .once { Console.print("ready http://\(configuration.host):\(try await gateway.ready())") },
        ])
    }
}
