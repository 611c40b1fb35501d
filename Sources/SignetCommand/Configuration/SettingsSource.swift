// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Foundation
internal import SignetKafka

/// Settings from one place, with every key and value checked: a slip is an error and never ignored.
struct SettingsSource {
    /// E.g. `the environment`.
    let name: String
    private(set) var values: [String: ConfigContent] = [:]
    private(set) var kafka: [String: String] = [:]

    private init(name: String) {
        self.name = name
    }

    private mutating func set(_ key: String, _ text: String) throws(CommandError) {
        if key.hasPrefix(SettingsCatalogue.kafkaPrefix) {
            kafka[String(key.dropFirst(SettingsCatalogue.kafkaPrefix.count))] = text
            return
        }
        let setting = try SettingsCatalogue.setting(key, from: name)
        values[key] = try setting.content(of: text, from: name)
    }

    var provider: InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map { key, content in
                    (
                        AbsoluteConfigKey(key.split(separator: ".").map(String.init)),
                        ConfigValue(content, isSecret: false)
                    )
                }
            )
        )
    }

    // MARK: Places

    /// What each setting is unless another place says.
    static func defaults() throws(CommandError) -> SettingsSource {
        var source = SettingsSource(name: "default")
        for setting in SettingsCatalogue.all {
            guard let text = setting.defaultText else { continue }
            source.values[setting.key] = try setting.content(of: text, from: source.name)
        }
        return source
    }

    /// `KEY=VALUE` of the command line.
    static func flags(_ assignments: [String]) throws(CommandError) -> SettingsSource {
        var source = SettingsSource(name: "--set")
        for assignment in assignments {
            guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
                throw CommandError("--set takes KEY=VALUE, e.g. --set http.port=9000")
            }
            try source.set(String(assignment[..<equals]), String(assignment[assignment.index(after: equals)...]))
        }
        return source
    }

    /// Variables that begin with `SIGNET_`. `SIGNET_KAFKA_A_B` is librdkafka's `a.b`.
    static func environment(_ environment: [String: String]) throws(CommandError) -> SettingsSource {
        var source = SettingsSource(name: "the environment")
        let kafkaPrefix = "SIGNET_KAFKA_"
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("SIGNET_") {
            if name == SettingsOptions.fileVariable || name.hasPrefix("SIGNET_TEST_") { continue }
            if name.hasPrefix(kafkaPrefix), name.utf8.count > kafkaPrefix.utf8.count {
                let key = name.dropFirst(kafkaPrefix.count).lowercased().replacing("_", with: ".")
                source.kafka[key] = text
            } else {
                let setting = try SettingsCatalogue.setting(environmentName: name)
                source.values[setting.key] = try setting.content(of: text, from: name)
            }
        }
        return source
    }

    /// A JSON object; keys may be nested (`{"http": {"port": 9000}}`) or dotted (`{"http.port": 9000}`).
    static func file(path: String) throws(CommandError) -> SettingsSource {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(
                "the configuration file \(path) cannot be read; check --config and \(SettingsOptions.fileVariable)"
            )
        }
        guard let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw CommandError("the configuration file \(path) is no JSON object")
        }
        var source = SettingsSource(name: path)
        try source.add(root, prefix: "")
        return source
    }

    private mutating func add(_ object: [String: Any], prefix: String) throws(CommandError) {
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            let key = prefix + name
            switch value {
            case let nested as [String: Any]:
                try add(nested, prefix: key + ".")
            case let text as String:
                try set(key, text)
            case let number as NSNumber:
                let isBoolean = number === (true as NSNumber) || number === (false as NSNumber)
                try set(key, isBoolean ? (number.boolValue ? "true" : "false") : number.stringValue)
            default:
                throw CommandError("\(key) in \(self.name) must be a string, a number or a boolean")
            }
        }
    }
}
