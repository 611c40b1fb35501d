// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command line: parsing and wiring only.
@main
struct Signet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet",
        abstract: "Mints S3 access at platform scale, through Kafka.",
        discussion: """
            Start here:
              signet demo        everything in one process: signs a URL and a batch, shows the figures, ends
              signet dev         the same, and stays: http://127.0.0.1:8080
            In production each runs as a process of its own, on a broker that you name:
              signet topics create --set kafka.bootstrap.servers=kafka:9092
              signet worker        signs; the only one that holds keys
              signet gateway       HTTP in, HTTP out
            Of a gateway that runs:
              signet batch keys.txt --bucket my-bucket --region eu-central-1      a URL for each line
              signet upload film.mp4 --bucket my-bucket --region eu-central-1       a file of any size
            Settings come from flags, then SIGNET_* variables, then a file: signet config lists them all.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, DevCommand.self, GatewayCommand.self, WorkerCommand.self, BrokerCommand.self,
            TopicsCommand.self, KeysCommand.self, BatchCommand.self, UploadCommand.self, SignCommand.self,
            ExplainCommand.self,
            CheckCommand.self,
            ConfigCommand.self, DeadLettersCommand.self, JanitorCommand.self, LifecycleCommand.self, CORSCommand.self,
        ]
    )
}
