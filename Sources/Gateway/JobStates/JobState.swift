// SPDX-License-Identifier: Apache-2.0

package import Contract

/// Where a job stands.
package enum JobState: Sendable {
    /// On Kafka, without a reply.
    case accepted
    /// Done: the answer as JSON, as the request would have had it. It holds signed URLs.
    case done([UInt8])
    /// Refused by a worker; the field is named as the request named it.
    case failed(FailureError)
    /// The deadline passed without a reply.
    case expired

    /// As clients see it.
    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .done: "done"
        case .failed: "failed"
        case .expired: "expired"
        }
    }

    /// Whether the state can still change.
    package var isTerminal: Bool {
        if case .accepted = self { false } else { true }
    }
}

/// A job with its state.
package struct JobRecord: Sendable {
    package let id: JobID
    /// Unix milliseconds.
    package let acceptedAt: Int64
    /// Unix milliseconds.
    package let deadline: Int64
    package var state: JobState
    /// When the state became terminal, Unix milliseconds.
    package var endedAt: Int64?
}
