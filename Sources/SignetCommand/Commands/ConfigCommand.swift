// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import SignetKafka

/// `signet config`: every setting.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "List every setting with its default, unit and meaning.",
        discussion: """
            A setting comes from the first of: --set KEY=VALUE, the environment (http.port is SIGNET_HTTP_PORT), the file of
            --config or SIGNET_CONFIG (JSON, nested or dotted keys), the default.
            kafka.KEY passes any librdkafka setting through: kafka.bootstrap.servers, SIGNET_KAFKA_SASL_USERNAME, ….
            """
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Show what counts here and now, and where it comes from, instead.")
    var effective = false

    func run() async throws {
        let settings = try options.load()
        guard effective else {
            for setting in SettingsCatalogue.all {
                let unit = setting.unit.isEmpty ? "" : " \(setting.unit)"
                Console.print(
                    "\(setting.key) = \(setting.defaultText ?? "unset")\(setting.defaultText == nil ? "" : unit)"
                )
                Console.print("    \(setting.meaning) [\(setting.environmentName)]")
            }
            Console.print("kafka.* = passed to librdkafka")
            Console.print(
                "    Any setting of librdkafka, e.g. kafka.bootstrap.servers [SIGNET_KAFKA_BOOTSTRAP_SERVERS]"
            )
            return
        }
        for setting in SettingsCatalogue.all {
            guard let source = settings.sources.first(where: { $0.values[setting.key] != nil }),
                let content = source.values[setting.key]
            else { continue }
            Console.print("\(setting.key) = \(content.text) (\(source.name))")
        }
        let kafka = settings.kafka.description
        if !kafka.isEmpty { Console.print("kafka: \(kafka)") }
    }
}
