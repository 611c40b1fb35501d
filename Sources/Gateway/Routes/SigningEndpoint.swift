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

    func respond(
        to request: Request,
        context: GatewayContext,
        decode: (inout FieldReader) throws(Problem) -> SigningRequest
    ) async throws -> Response {
        var fields = try await request.jsonFields(upTo: maxBodyBytes)
        let signing = try decode(&fields)
        let preferences = Preferences(request.headers)
        let patience = preferences.patience(standard: wait, maximum: longestWait)
        let trace = TraceContext(request.headers)

        let (job, outcome) = try await jobs.submit(signing, patience: patience, trace: trace)
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
