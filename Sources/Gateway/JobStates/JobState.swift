// SPDX-License-Identifier: Apache-2.0

package import Contract
package import Foundation

/// Where a job stands.
package enum JobState: String, Sendable, Hashable {
    /// On Kafka, and not at its end.
    case accepted
    /// Done: its results can be read.
    case done
    /// Refused by a worker as a whole.
    case failed
    /// The deadline passed without a reply.
    case expired
    /// Its gateway died while its items came in: what was sent until then is done.
    case interrupted
    /// A client wanted no results any more.
    case cancelled

    /// Whether the state can still change.
    package var isTerminal: Bool { self != .accepted }
}

/// A job with its state and what it came to.
package struct JobRecord: Sendable {
    package let id: JobID
    /// Unix milliseconds.
    package let acceptedAt: Int64
    /// Unix milliseconds.
    package let deadline: Int64
    package let state: JobState
    /// When the state became terminal, Unix milliseconds.
    package let endedAt: Int64?
    /// The shape of the answer to its request.
    package let answer: AnswerShape
    /// What the request itself gave reason to warn about.
    package let warnings: [String]
    /// Of a request with an Idempotency-Key.
    package let fingerprint: Data
    /// The caller's topic that the results went to; `nil`: they are kept.
    package let resultTopic: String?
    /// How far it has come, of a job that follows an upload or copies.
    package let progress: UploadProgress?
    /// Chunks of the job; `nil`: its input has not ended.
    package let chunks: Int?
    /// Those that are done, in their order.
    package let done: [ChunkDone]

    /// The latest end of its URLs, Unix milliseconds; `nil`: none is known.
    package var urlsExpireAt: Int64? { done.lazy.map(\.expiresAtMs).filter { $0 > 0 }.max() }
}
