// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The environment variables of a program that is started.
package struct ProcessEnvironment: Sendable {
    package let variables: [String: String]

    /// Exactly these.
    package static func exactly(_ variables: [String: String]) -> Self {
        Self(variables: variables)
    }

    /// Those of the tests' process, without any `SIGNET_*` and `AWS_*` setting of whoever runs them, and these.
    package static func inherited(adding additions: [String: String] = [:]) -> Self {
        let own = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("SIGNET_") && !name.hasPrefix("AWS_")
        }
        return Self(variables: own.merging(additions) { _, added in added })
    }
}
