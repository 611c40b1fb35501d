// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Management
internal import ServiceLifecycle
internal import Worker

/// `signet worker`: signs.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run a worker: takes jobs from Kafka, signs, replies, publishes events.",
        discussion: """
            Needs a broker (SIGNET_KAFKA_BOOTSTRAP_SERVERS) with Signet's topics. Keys come from worker.profilesFile, the
            AWS environment (profile `default`), or sealed in jobs (sealing.privateKeysFile). Prints `ready` once it has
            joined its groups. Start as many as you need. SIGTERM drains; a worker that is killed loses no job.
            """
    )

    @OptionGroup var options: SettingsOptions

    @OptionGroup var endpoints: EndpointOptions

    func run() async throws {
        let settings = try options.load(flags: endpoints.flags)
        try settings.requireBroker()
        let runtime = ProcessRuntime(settings, label: "signet.worker")
        let worker = try Worker(
            configuration: try settings.workerConfiguration(),
            environment: settings.environment,
            logger: runtime.logger
        )
        worker.addHealthChecks(liveness: runtime.liveness, readiness: runtime.readiness)
        try await runtime.run([
            .init(service: try runtime.management()),
            .init(service: worker),
            .once {
                try await worker.joined()
                Console.print("ready")
            },
        ])
    }
}
