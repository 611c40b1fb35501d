// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// `POST /api/v1/batch/refresh`: signs the items of an earlier batch again, all or some, by its refresh token.
struct RefreshRoute: Sendable {
    static let path = "/api/v1/batch/refresh"

    let batches: BatchSubmission
    /// The topic that chunks of batches are on.
    let archive: any RecordArchive
    /// Bytes of a body at most.
    let maxBodyBytes: Int

    func post(_ request: Request, context: GatewayContext) async throws -> Response {
        guard try IdempotencyKey(of: request) == nil else {
            throw Problem(
                .unsupported,
                field: "Idempotency-Key",
                "a refresh takes no Idempotency-Key: its answer is not kept, and refreshing again does no harm"
            )
        }
        let order = try BatchRoute.order(of: request)
        let body = try await request.jsonBody(
            upTo: maxBodyBytes,
            orElse: "(http.maxBatchBodyBytes); name fewer ids, in several requests",
            accepting: "application/json"
        )
        var fields = FieldReader(try JSONValue.members(of: body))
        let token = fields.required("refreshToken", "send the one that the answer of the batch has")
        let ids = fields.texts("ids")
        if ids?.isEmpty == true {
            fields.note(
                FailureError(.invalidValue, field: "ids", message: "ids is empty; leave it out to refresh all items")
            )
        }
        let warnings = try fields.finish()
        let ticket = try batches.tokens.open(token, now: batches.clock())
        guard let job = JobID(ticket.jobID), let answer = AnswerShape(rawValue: ticket.answer) else {
            throw Problem(.invalidToken, field: "refreshToken", "refreshToken names no batch; send the batch again")
        }
        let chunks = StoredChunks(ticket, ids: ids, archive: archive)
        let batch = try batches.reopen(
            job,
            template: try await chunks.open(),
            warnings: warnings,
            order: order,
            trace: TraceContext(request.headers)
        )
        return try await batches.run(batch, answer == .batchItems ? .json : .ndjson, BatchSource(stored: chunks))
    }
}
