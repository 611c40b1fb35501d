// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Gateway
internal import Management
internal import ServiceLifecycle

/// `signet demo`: the whole path once, with figures.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run everything in one process, sign a URL and a batch through Kafka, show the figures, and end.",
        discussion: """
            Posts the example request, measures the round trip of requests one after the other, then signs a batch of
            10,000 URLs through Kafka. The keys are those of AWS's documentation: the URLs are well formed and open nothing.
            """
    )

    @OptionGroup var options: SettingsOptions

    @Option(help: "URLs of the batch.")
    var batch = 10_000

    @Option(help: "Requests to measure the round trip with.")
    var requests = 500

    func validate() throws {
        guard (1...100_000).contains(batch) else { throw ValidationError("--batch must be 1 to 100000") }
        guard (1...100_000).contains(requests) else { throw ValidationError("--requests must be 1 to 100000") }
    }

    func run() async throws {
        let settings = try options.load(flags: ["log.level=warning"])
        let runtime = ProcessRuntime(settings, label: "signet.demo")
        let platform = try LocalPlatform(
            settings,
            port: 0,
            environment: [
                "AWS_ACCESS_KEY_ID": ExampleRequest.accessKey, "AWS_SECRET_ACCESS_KEY": ExampleRequest.secretKey,
            ],
            logger: runtime.logger
        )
        platform.addHealthChecks(liveness: runtime.liveness, readiness: runtime.readiness)
        let scenario = DemoScenario(
            platform: platform,
            topics: try settings.topics,
            requests: requests,
            batch: batch,
            logger: runtime.logger
        )
        try await runtime.run(
            [.init(service: try runtime.management(port: 0))] + platform.services + [.main { try await scenario.run() }]
        )
    }
}
