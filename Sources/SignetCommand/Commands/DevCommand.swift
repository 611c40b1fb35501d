// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Gateway
internal import Management
internal import ServiceLifecycle
internal import SignetKafka

/// `signet dev`: everything in one process.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run broker, worker and gateway in one process, for development.",
        discussion: """
            Prints `ready http://127.0.0.1:PORT` and a request to try. Jobs cross TCP to an embedded broker whose address
            is printed too, so that kcat and other processes can join in. Nothing is kept when it ends.
            The profile `default` comes from the usual AWS environment variables or ~/.aws/credentials, if there is one.
            """
    )

    @OptionGroup var options: SettingsOptions

    @OptionGroup var endpoints: EndpointOptions

    @Option(help: "Port of the gateway; 0: any free one (setting http.port).")
    var port: Int?

    func run() async throws {
        let settings = try options.load(flags: (port.map { ["http.port=\($0)"] } ?? []) + endpoints.flags)
        let runtime = ProcessRuntime(settings, label: "signet.dev")
        let platform = try LocalPlatform(settings, port: nil, environment: settings.environment, logger: runtime.logger)
        platform.addHealthChecks(liveness: runtime.liveness, readiness: runtime.readiness)
        let services: [ServiceGroupConfiguration.ServiceConfiguration] =
            [.init(service: try runtime.management())] + platform.services + [
                .once {
                    let url = "http://127.0.0.1:\(try await platform.gateway.ready())"
                    Console.print("bootstrap \(platform.broker.bootstrapServers)")
                    Console.print("ready \(url)")
                    Console.print(ExampleRequest.curl(url: url))
                }
            ]
        try await runtime.run(services)
    }
}
