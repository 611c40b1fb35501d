// SPDX-License-Identifier: Apache-2.0

/// Why a gateway cannot start or go on: an error of the process, not of a request.
package struct GatewayError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidConfiguration = "invalid_configuration"
            case cannotListen = "cannot_listen"
            case missingTopic = "missing_topic"
            case cancelled
            case kafka
        }

        private let value: Value

        /// A setting is missing, impossible or unsafe; the message names it.
        package static let invalidConfiguration = Code(value: .invalidConfiguration)
        /// The HTTP address cannot be bound.
        package static let cannotListen = Code(value: .cannotListen)
        /// A topic that the gateway needs does not exist, or lacks the configured partition.
        package static let missingTopic = Code(value: .missingTopic)
        /// Whoever asked waits no longer.
        package static let cancelled = Code(value: .cancelled)
        /// Kafka refused for good.
        package static let kafka = Code(value: .kafka)

        package var description: String { value.rawValue }
    }

    package let code: Code
    /// What is wrong and what to do about it.
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String {
        cause.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}
