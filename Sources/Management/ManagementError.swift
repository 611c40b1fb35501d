// SPDX-License-Identifier: Apache-2.0

/// Why the management port cannot serve.
package struct ManagementError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it.
    package let message: String
    package let cause: (any Error)?

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
