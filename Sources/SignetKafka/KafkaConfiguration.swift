// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka

/// Settings of librdkafka by their own names (librdkafka, CONFIGURATION.md): any of them, passed through.
public struct KafkaConfiguration: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    private var settings: [String: String]

    /// - Parameter settings: Keys such as `bootstrap.servers` with their values as text.
    public init(_ settings: [String: String] = [:]) {
        self.settings = settings
    }

    /// The value of a key as text; `nil`: the library's default.
    public subscript(key: String) -> String? {
        get { settings[key] }
        set { settings[key] = newValue }
    }

    /// These settings with `other`'s in their place where both name a key.
    public func merging(_ other: KafkaConfiguration) -> KafkaConfiguration {
        KafkaConfiguration(settings.merging(other.settings) { _, new in new })
    }

    /// These settings, and `defaults` for keys that they do not name.
    public func merging(defaults: KafkaConfiguration) -> KafkaConfiguration {
        defaults.merging(self)
    }

    /// Checks keys and values without making a client.
    ///
    /// - Throws: An error that names the key, and the nearest known one where there is none of that name.
    public func validate() throws(KafkaError) {
        _ = try NativeConfiguration(self)
    }

    /// Sorted; secret values are not shown.
    public var description: String {
        settings.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Self.isSecret($0.key) ? "redacted" : $0.value)" }
            .joined(separator: " ")
    }

    /// What `dump` shows: no secret values either.
    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }

    /// Whether a key's value is never shown.
    public static func isSecret(_ key: String) -> Bool {
        key.contains("password") || key.contains("secret") || key.contains(".key") || key.contains("_key")
            || key.hasPrefix("sasl.oauthbearer") || key.contains("token") || key == "sasl.username"
    }

    /// Whether clients identify themselves by tokens that end (SASL OAUTHBEARER).
    var usesTokens: Bool { (self["sasl.mechanism"] ?? self["sasl.mechanisms"]) == "OAUTHBEARER" }

    /// In the order of their names, so that a first error is always the same one.
    package var sorted: [(key: String, value: String)] { settings.sorted { $0.key < $1.key } }
}
