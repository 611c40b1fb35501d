// SPDX-License-Identifier: Apache-2.0

/// Why a worker cannot start or go on. What is wrong with one job is a `FailureError` instead.
package struct WorkerError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidProfiles = "invalid_profiles"
            case missingTopic = "missing_topic"
            case journal
            case invalidConfiguration = "invalid_configuration"
            case kafka
        }

        private let value: Value

        /// The profile file, or the AWS environment, has no usable credential where it says that it has one.
        package static let invalidProfiles = Code(value: .invalidProfiles)
        /// A topic that the worker writes to does not exist.
        package static let missingTopic = Code(value: .missingTopic)
        /// The file that outlives crashes cannot be written.
        package static let journal = Code(value: .journal)
        /// Settings that do not fit each other.
        package static let invalidConfiguration = Code(value: .invalidConfiguration)
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
