// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// `GET /api/v1/jobs/{id}`: where a job stands, and its result once it is done.
struct JobRoute: Sendable {
    static let path = "/api/v1/jobs/{id}"

    let states: any JobStates
    /// Unix milliseconds.
    let clock: @Sendable () -> Int64

    func get(_ request: Request, context: GatewayContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        guard let id = JobID(text) else {
            throw Problem(
                .invalidValue,
                field: "id",
                "the job's id must be a UUID, as jobId in the answer to the request"
            )
        }
        guard let record = try await states.find(id, now: clock()) else {
            throw Problem(
                .unknownJob,
                "no job of that id is known here; results are kept for a while after the job's deadline only"
            )
        }
        var headers = HTTPFields()
        if !record.state.isTerminal { headers[.retryAfter] = "1" }
        return SigningEndpoint.answer(.ok, Self.encode(record), headers: headers)
    }

    /// The answer to a request whose job goes on.
    static func accepted(_ job: AcceptedJob, preferenceApplied: String?) -> Response {
        var headers = HTTPFields()
        headers[.location] = location(of: job.id)
        headers[.retryAfter] = "1"
        headers[.preferenceApplied] = preferenceApplied
        var json = JSONWriter()
        json.object { json in
            json.member("success", true)
            json.member("jobId", job.id.description)
            json.member("state", JobState.accepted.name)
            json.member("location", location(of: job.id))
            json.member("acceptedAt", Timestamp.rfc3339(unixMilliseconds: job.acceptedAt))
            json.member("deadline", Timestamp.rfc3339(unixMilliseconds: job.deadline))
            json.member("warnings", job.warnings)
        }
        return SigningEndpoint.answer(.accepted, json.bytes, headers: headers)
    }

    private static func location(of id: JobID) -> String { "/api/v1/jobs/\(id)" }

    private static func encode(_ record: JobRecord) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("jobId", record.id.description)
            json.member("state", record.state.name)
            json.member("acceptedAt", Timestamp.rfc3339(unixMilliseconds: record.acceptedAt))
            json.member("deadline", Timestamp.rfc3339(unixMilliseconds: record.deadline))
            if let endedAt = record.endedAt {
                json.member("endedAt", Timestamp.rfc3339(unixMilliseconds: endedAt))
            }
            switch record.state {
            case .accepted: break
            case .done(let answer):
                json.key("result")
                json.raw(answer)
            case .failed(let failure):
                json.key("problem")
                Problem.job(failure, id: record.id).write(to: &json, correlationID: nil)
            case .expired:
                json.key("problem")
                Problem.job(.expired, id: record.id).write(to: &json, correlationID: nil)
            }
        }
        return json.bytes
    }
}
