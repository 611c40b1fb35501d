// SPDX-License-Identifier: Apache-2.0

package import Contract

/// Where the states of jobs are kept that no request waits for any more.
///
/// Events may come in any order and more than once: the first terminal state stays. A job without a reply by its
/// deadline is expired, and a reply after that changes nothing.
package protocol JobStates: Sendable {
    /// A job goes on without anyone waiting.
    func accept(_ job: AcceptedJob)
    /// A job ended as `state`.
    ///
    /// - Parameter now: Unix milliseconds.
    func settle(_ job: AcceptedJob, _ state: JobState, now: Int64)
    /// What is known of a job; `nil`: nothing, or nothing any more.
    ///
    /// - Parameter now: Unix milliseconds.
    func find(_ id: JobID, now: Int64) async throws -> JobRecord?
}
