// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// `GET /api/v1/jobs/{id}`: where a job stands, and its result once it is done; `DELETE` cancels it.
struct JobRoute: Sendable {
    static let path = "/api/v1/jobs/{id}"

    let jobs: JobLookup

    func get(_ request: Request, context: GatewayContext) async throws -> Response {
        let record = try await jobs.find(context)
        var headers = HTTPFields()
        if !record.state.isTerminal { headers[.retryAfter] = "1" }
        return SigningEndpoint.answer(.ok, try await encode(record), headers: headers)
    }

    func delete(_ request: Request, context: GatewayContext) async throws -> Response {
        var record = try await jobs.find(context)
        if !record.state.isTerminal {
            await jobs.states.cancel(record.id, now: jobs.clock())
            record = try await jobs.find(context)
        }
        guard record.state == .cancelled else {
            var problem = Problem(
                .alreadyEnded,
                "the job is \(record.state.rawValue) already; nothing is left to cancel"
            )
            problem.jobID = record.id
            throw problem
        }
        return SigningEndpoint.answer(.ok, try await encode(record))
    }

    /// The answer to a request whose job goes on.
    static func accepted(
        _ job: AcceptedJob,
        refresh: RefreshTokens.Issued? = nil,
        preferenceApplied: String?
    ) -> Response {
        var headers = HTTPFields()
        headers[.location] = location(of: job.id)
        headers[.retryAfter] = "1"
        headers[.preferenceApplied] = preferenceApplied
        var json = JSONWriter()
        json.object { json in
            json.member("success", true)
            json.member("jobId", job.id.description)
            json.member("state", JobState.accepted.rawValue)
            json.member("location", location(of: job.id))
            if job.answer.places != nil { writeResults(of: job.id, job.resultTopic, to: &json) }
            json.member("acceptedAt", Timestamp.rfc3339(unixMilliseconds: job.acceptedAt))
            json.member("deadline", Timestamp.rfc3339(unixMilliseconds: job.deadline))
            if let refresh { json.write(refresh) }
            json.member("warnings", job.warnings)
        }
        return SigningEndpoint.answer(.accepted, json.bytes, headers: headers)
    }

    private static func location(of id: JobID) -> String { "/api/v1/jobs/\(id)" }

    /// What is told of a job, with its result where it has one.
    func encode(_ record: JobRecord) async throws(Problem) -> [UInt8] {
        let outcome = try await outcome(of: record)
        var json = JSONWriter()
        json.object { json in
            json.member("jobId", record.id.description)
            json.member("state", outcome.state.rawValue)
            json.member("acceptedAt", Timestamp.rfc3339(unixMilliseconds: record.acceptedAt))
            json.member("deadline", Timestamp.rfc3339(unixMilliseconds: record.deadline))
            if let endedAt = record.endedAt {
                json.member("endedAt", Timestamp.rfc3339(unixMilliseconds: endedAt))
            }
            if record.answer.places != nil { write(progressOf: record, to: &json) }
            if let progress = record.progress { Self.write(progress, to: &json) }
            if let answer = outcome.answer {
                json.key("result")
                json.raw(answer)
            }
            if let failure = outcome.failure {
                json.key("problem")
                Problem.job(failure, id: record.id).write(to: &json, correlationID: nil)
            }
        }
        return json.bytes
    }

    private static func write(_ progress: UploadProgress, to json: inout JSONWriter) {
        json.key("progress")
        json.object { json in
            json.member("bytes", progress.bytes)
            json.member("fileSize", progress.totalBytes)
            json.member("parts", Int64(progress.parts))
            json.member("at", Timestamp.rfc3339(unixMilliseconds: progress.atMs))
        }
    }

    private func write(progressOf batch: JobRecord, to json: inout JSONWriter) {
        json.key("progress")
        json.object { json in
            json.key("chunks")
            // Not known as long as items come in.
            if let chunks = batch.chunks { json.value(Int64(chunks)) } else { json.null() }
            json.member("chunksDone", Int64(batch.done.count))
            json.member("signed", batch.done.reduce(0) { $0 + Int64($1.succeeded) })
            json.member("failed", batch.done.reduce(0) { $0 + Int64($1.failed) })
        }
        if batch.resultTopic == nil, let end = jobs.resultsExpireAt(batch) {
            json.member("resultsExpireAt", Timestamp.rfc3339(unixMilliseconds: end))
        }
        Self.writeResults(of: batch.id, batch.resultTopic, to: &json)
        json.member("warnings", batch.warnings)
    }

    /// Writes where the results of a batch are.
    private static func writeResults(of id: JobID, _ topic: String?, to json: inout JSONWriter) {
        if let topic {
            json.member("resultTopic", topic)
        } else {
            json.member("results", location(of: id) + "/results")
        }
    }

    /// The result of a job of one chunk as the request would have had it, or why there is none.
    func outcome(
        of record: JobRecord
    ) async throws(Problem) -> (state: JobState, answer: [UInt8]?, failure: FailureError?) {
        switch record.state {
        case .accepted, .cancelled, .interrupted: return (record.state, nil, nil)
        case .expired: return (.expired, nil, .expired)
        case .done, .failed: break
        }
        guard record.answer.places == nil, record.chunks == 1, let chunk = record.done.first else {
            return (record.state, nil, nil)
        }
        let reply: Reply
        do throws(JobStateError) {
            reply = try await jobs.states.results(of: [chunk], of: record.id)[0]
        } catch {
            throw JobLookup.problem(error)
        }
        let job = AcceptedJob(record)
        do throws(FailureError) {
            return (.done, try SigningAnswer(reply, to: job).encode(), nil)
        } catch {
            // A request of one item fails with it.
            return (.failed, nil, error.code == .expired ? .expired : error.namedAsInRequest)
        }
    }
}
