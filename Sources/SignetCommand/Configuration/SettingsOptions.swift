// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation

/// The flags that every command with settings shares.
struct SettingsOptions: ParsableArguments {
    /// Names the configuration file where no flag does.
    static let fileVariable = "SIGNET_CONFIG"

    @Option(name: .customLong("config"), help: "Configuration file, JSON (or SIGNET_CONFIG).")
    var file: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A setting, over environment and file; may be repeated. `signet config` lists all.",
            valueName: "key=value"
        )
    )
    var assignments: [String] = []

    /// Reads flags, then `SIGNET_*`, then the file, then defaults: the first that names a setting counts.
    ///
    /// - Parameter flags: Further `KEY=VALUE` of flags of their own.
    func load(flags: [String] = []) throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        var sources = [
            try SettingsSource.flags(flags + assignments), try SettingsSource.environment(environment),
        ]
        if let path = file ?? environment[Self.fileVariable] { sources.append(try SettingsSource.file(path: path)) }
        sources.append(try SettingsSource.defaults())
        return try Settings(sources: sources, environment: environment)
    }
}
