// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `--allow-endpoint`, of commands that run a worker.
struct EndpointOptions: ParsableArguments {
    @Option(
        name: .customLong("allow-endpoint"),
        help: ArgumentHelp(
            "An endpoint of your own that multipart jobs may be sent to, e.g. https://minio.example:9000; may be repeated "
                + "(setting worker.allowedEndpoints).",
            valueName: "url"
        )
    )
    var endpoints: [String] = []

    /// As settings.
    var flags: [String] {
        endpoints.isEmpty ? [] : ["worker.allowedEndpoints=\(endpoints.joined(separator: ","))"]
    }
}
