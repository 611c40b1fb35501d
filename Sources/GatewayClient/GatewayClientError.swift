// SPDX-License-Identifier: Apache-2.0

/// Why a request to a gateway came to nothing.
package struct GatewayClientError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Nothing answers at the address.
        case unreachable
        /// The gateway said no: `problem` has its own code.
        case refused
        /// The answer broke off.
        case interrupted
        /// What answers is no gateway.
        case notAGateway
        /// The file that is to be uploaded.
        case unreadableFile
        /// Where it is kept how far an upload is.
        case unwritableState
    }

    package let code: Code
    /// The gateway's code, e.g. `invalid_bucket`.
    package let problem: String?
    /// Whether another try may succeed: the gateway was busy, or did not answer.
    package let isRetriable: Bool
    package let message: String

    package init(_ code: Code, problem: String? = nil, isRetriable: Bool = false, message: String) {
        self.code = code
        self.problem = problem
        self.isRetriable = isRetriable
        self.message = message
    }

    package var description: String { message }
}
