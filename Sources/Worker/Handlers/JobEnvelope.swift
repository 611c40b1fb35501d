// SPDX-License-Identifier: Apache-2.0

package import Contract

extension Job {
    /// The version of jobs that this worker knows.
    static let knownVersion: UInt32 = 1

    /// Milliseconds that a signing time may lie ahead of the worker's clock: more would stretch the URL's life.
    static let allowedClockSkew: Int64 = 5 * 60_000
    /// Milliseconds from the signing time to the deadline where the job names none.
    static let defaultLife: Int64 = 5 * 60_000
    /// Milliseconds from the signing time to the deadline at most.
    static let longestLife: Int64 = 24 * 3_600_000

    /// Fills what a direct producer may leave out.
    ///
    /// - Parameter recordTime: The record's timestamp, Unix milliseconds.
    package mutating func completeTimes(recordTime: Int64?, now: Int64) {
        (signingTimeMs, deadlineMs) = Self.completed(
            signingTime: signingTimeMs,
            deadline: deadlineMs,
            recordTime: recordTime,
            now: now
        )
    }

    /// The times of a job with what a direct producer may leave out, Unix milliseconds.
    static func completed(
        signingTime: Int64,
        deadline: Int64,
        recordTime: Int64?,
        now: Int64
    ) -> (signingTime: Int64, deadline: Int64) {
        let signingTime = signingTime == 0 ? recordTime ?? now : signingTime
        return (
            signingTime,
            deadline == 0 ? signingTime.addingReportingOverflow(defaultLife).partialValue : deadline
        )
    }

    /// When the job expires, Unix milliseconds, whether it says so or not.
    package func deadline(recordTime: Int64?, now: Int64) -> Int64 {
        var job = self
        job.completeTimes(recordTime: recordTime, now: now)
        return job.deadlineMs
    }

    /// Checks what does not depend on the kind of job.
    ///
    /// - Parameter now: The worker's clock, Unix milliseconds.
    package func checkEnvelope(now: Int64) throws(FailureError) {
        guard version == Self.knownVersion else {
            throw FailureError(
                .unsupported,
                field: "version",
                message:
                    "version \(version) of jobs is not known to this worker, which knows 1; update the workers first"
            )
        }
        guard JobID(jobID) != nil else {
            throw FailureError(
                .invalidValue,
                field: "jobId",
                message: "jobId must be a UUID such as 0192f3a1-7c5e-7d2b-9c41-3f6a5b7c8d9e (version 7 sorts best)"
            )
        }
        guard !tenant.isEmpty, tenant.utf8.count <= 128 else {
            throw FailureError(
                .missingField,
                field: "tenant",
                message: "tenant must name whose job it is, in 1 to 128 bytes"
            )
        }
        guard echo.count <= Self.maximumEcho else {
            throw FailureError(
                .invalidLength,
                field: "echo",
                message: "echo must have at most \(Self.maximumEcho) bytes; keep more on your side, by the job's id"
            )
        }
        try Self.checkTimes(signingTime: signingTimeMs, deadline: deadlineMs, now: now)
    }

    /// Bytes that come back in a reply at most.
    static let maximumEcho = 524_288

    /// Checks a job's times, all Unix milliseconds.
    static func checkTimes(signingTime: Int64, deadline: Int64, now: Int64) throws(FailureError) {
        guard signingTime >= 0 else {
            throw FailureError(
                .invalidValue,
                field: "signingTimeMs",
                message: "signingTimeMs must be Unix milliseconds, 0 for the time of the record"
            )
        }
        guard signingTime - allowedClockSkew <= now else {
            throw FailureError(
                .signingTimeInFuture,
                field: "signingTimeMs",
                message:
                    "the signing time lies more than 5 minutes ahead of the worker's clock; check the producer's clock"
            )
        }
        let (life, overflow) = deadline.subtractingReportingOverflow(signingTime)
        guard !overflow, life > 0, life <= longestLife else {
            throw FailureError(
                .invalidDeadline,
                field: "deadlineMs",
                message: "the deadline must lie after the signing time by at most 24 h"
            )
        }
        guard now <= deadline else {
            throw FailureError(
                .expired,
                field: "deadlineMs",
                message: "the job's deadline passed before a worker took it; send it again"
            )
        }
    }
}
