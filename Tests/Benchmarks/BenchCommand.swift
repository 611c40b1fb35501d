// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `signet-bench`: what a URL and a job cost, beside a baseline of the same work.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signet-bench",
        abstract: "Measures Signet, each figure beside a baseline of the same run.",
        subcommands: [
            SigningBench.self, PipelineBench.self, BatchBench.self, MultipartBench.self, SoakBench.self,
            EchoCommand.self, SoakBroker.self,
        ]
    )
}
