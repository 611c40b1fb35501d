// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// The way of a signing request: decode, submit, wait, answer.
struct SigningEndpoint: Sendable {
    let jobs: JobSubmission
    /// Bytes of a request's body at most.
    let maxBodyBytes: Int
    /// How long a request waits unless it says otherwise.
    let wait: Duration
    /// How long a request may wait.
    let longestWait: Duration
    /// Finds what was asked for before.
    let jobRoute: JobRoute
    /// Requests with an Idempotency-Key that are being answered here.
    let repeats: RequestsInProgress

    private var lookup: JobLookup { jobRoute.jobs }

    func respond(
        to request: Request,
        context: GatewayContext,
        decode: (inout FieldReader) throws(Problem) -> SigningRequest
    ) async throws -> Response {
        let body = try await request.jsonBody(
            upTo: maxBodyBytes,
            orElse: "(http.maxBodyBytes); send less, or several requests",
            accepting: "application/json"
        )
        guard let key = try IdempotencyKey(of: request) else {
            return try await sign(body, of: request, as: nil, decode: decode)
        }
        let id = key.jobID(tenant: jobs.tenant)
        let known = Idempotency(id: id, fingerprint: key.fingerprint(path: request.uri.path, body: body))
        guard repeats.begin(id) else { throw Problem.inProgress(id) }
        defer { repeats.end(id) }
        if let record = try await lookup.find(id) { return try await answer(again: record, known) }
        return try await sign(body, of: request, as: known, decode: decode)
    }

    private func sign(
        _ body: [UInt8],
        of request: Request,
        as known: Idempotency?,
        decode: (inout FieldReader) throws(Problem) -> SigningRequest
    ) async throws -> Response {
        var fields = FieldReader(try JSONValue.members(of: body))
        let signing = try decode(&fields)
        let preferences = Preferences(request.headers)
        let patience = preferences.patience(standard: wait, maximum: longestWait)
        let trace = TraceContext(request.headers)

        let (job, outcome) = try await jobs.submit(signing, as: known, patience: patience, trace: trace)
        switch outcome {
        case .replied(let reply):
            do throws(FailureError) {
                var headers = HTTPFields()
                headers[.preferenceApplied] = preferences.applied(maximum: longestWait, isAsynchronous: false)
                return Self.answer(.ok, try SigningAnswer(reply, to: job).encode(), headers: headers)
            } catch {
                throw Problem.job(error, id: job.id)
            }
        case .goesOn:
            return JobRoute.accepted(
                job,
                preferenceApplied: preferences.applied(maximum: longestWait, isAsynchronous: true)
            )
        }
    }

    // MARK: Requests that are sent again

    /// The stored answer.
    private func answer(again record: JobRecord, _ known: Idempotency) async throws -> Response {
        // Without one the gateway that took it died before it could tell: then the job alone is known.
        guard record.fingerprint.isEmpty || record.fingerprint == known.fingerprint else {
            throw Problem.keyReused
        }
        let outcome = try await jobRoute.outcome(of: record)
        var headers = HTTPFields()
        headers[.idempotentReplayed] = "true"
        if let answer = outcome.answer { return Self.answer(.ok, answer, headers: headers) }
        if let failure = outcome.failure {
            var problem = Problem.job(failure, id: record.id)
            problem.headers = headers
            throw problem
        }
        guard record.state == .cancelled else { throw Problem.inProgress(record.id) }
        var problem = Problem(.alreadyEnded, "the job of this Idempotency-Key is cancelled; use a new key")
        problem.jobID = record.id
        throw problem
    }

    /// JSON that holds a secret, as signed URLs are: not for any cache.
    static func answer(_ status: HTTPResponse.Status, _ json: [UInt8], headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension FailureError {
    /// A job that no worker took in time.
    static let expired = FailureError(
        .expired,
        message: "no worker answered before the job's deadline; send the request again, and check that workers run"
    )
}
