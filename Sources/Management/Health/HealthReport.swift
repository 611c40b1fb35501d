// SPDX-License-Identifier: Apache-2.0

/// What a process lacks, at one moment.
package struct HealthReport: Sendable, Hashable {
    /// One thing that must hold.
    package struct Check: Sendable, Hashable {
        package let name: String
        /// Why it does not hold; `nil` if it does.
        package let reason: String?

        package var isReady: Bool { reason == nil }
    }

    /// In the order in which they were added.
    package let checks: [Check]

    package var isReady: Bool { checks.allSatisfy(\.isReady) }
}

extension HealthReport: Encodable {
    private enum Key: String, CodingKey {
        case ready, checks
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isReady, forKey: .ready)
        try container.encode(checks, forKey: .checks)
    }
}

extension HealthReport.Check: Encodable {
    private enum Key: String, CodingKey {
        case name, ready, reason
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(isReady, forKey: .ready)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}
