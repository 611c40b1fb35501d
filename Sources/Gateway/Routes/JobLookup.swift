// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// Finds the job of a path `/api/v1/jobs/{id}…`.
struct JobLookup: Sendable {
    let states: JobStates
    /// How long a job is known behind its deadline.
    let retention: Duration
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64

    /// The job that the path names.
    func find(_ context: GatewayContext) async throws(Problem) -> JobRecord {
        let text = context.parameters.get("id") ?? ""
        guard let id = JobID(text) else {
            throw Problem(
                .invalidValue,
                field: "id",
                "the job's id must be a UUID, as jobId in the answer to the request"
            )
        }
        if let record = try await find(id) { return record }
        throw Problem(
            .unknownJob,
            "no job of that id is known; results are kept for a while after the job's deadline only"
        )
    }

    /// What is known of a job; `nil`: nothing, or nothing any more.
    func find(_ id: JobID) async throws(Problem) -> JobRecord? {
        do throws(JobStateError) {
            return try await states.find(id, now: clock())
        } catch {
            throw Self.problem(error)
        }
    }

    /// Up to when the results of a batch can be read, Unix milliseconds: as long as a URL of theirs is good, and the job is
    /// known.
    func resultsExpireAt(_ record: JobRecord) -> Int64? {
        record.urlsExpireAt.map {
            min($0, record.deadline.addingReportingOverflow(retention.milliseconds).partialValue)
        }
    }

    static func problem(_ error: JobStateError) -> Problem {
        switch error {
        case .notCurrent:
            .retryLater(.notReady, "the gateway still reads what became of earlier jobs; try again in a moment")
        case .gone: Problem(.resultGone, "the job's result is kept no longer; send the request again")
        case .unavailable: .retryLater(.brokerUnavailable, "the job's result could not be read; try again in a moment")
        }
    }
}
