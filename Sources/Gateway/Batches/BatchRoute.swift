// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// `POST /api/v1/batch/s3/signed-urls` and `/batch/cloudfront/signed-urls`: any number of URLs in one request.
///
/// Results are streamed while items come, unless the client prefers to read them later, or names the batch to send it again.
struct BatchRoute: Sendable {
    static let s3Path = "/api/v1/batch/s3/signed-urls"
    static let cloudFrontPath = "/api/v1/batch/cloudfront/signed-urls"
    /// Items of a JSON body at most; NDJSON has no limit.
    static let maximumItems = 10_000

    let batches: BatchSubmission
    /// Finds what was asked for before.
    let results: ResultsRoute
    /// Requests with an Idempotency-Key that are being answered here.
    let repeats: RequestsInProgress
    /// Bytes of a JSON body at most.
    let maxBodyBytes: Int

    func postS3(_ request: Request, context: GatewayContext) async throws -> Response {
        try await respond(.s3, to: request)
    }

    func postCloudFront(_ request: Request, context: GatewayContext) async throws -> Response {
        try await respond(.cloudFront, to: request)
    }

    private func respond(_ kind: BatchTemplate.Kind, to request: Request) async throws -> Response {
        guard let key = try IdempotencyKey(of: request) else { return try await respond(kind, to: request, as: nil) }
        let id = key.jobID(tenant: batches.tenant)
        guard repeats.begin(id) else { throw Problem.inProgress(id) }
        defer { repeats.end(id) }
        let fingerprint = BodyFingerprint(of: key, path: request.uri.path)
        var request = request
        request.body = fingerprint.reading(request.body)
        // One whose items did not all come may be sent again: the same items make the same chunks.
        guard let record = try await results.jobs.find(id), record.chunks != nil else {
            return try await respond(kind, to: request, as: (id, fingerprint))
        }
        for try await _ in request.body {}
        guard record.fingerprint == fingerprint.value else { throw Problem.keyReused }
        var response =
            if Preferences(request.headers).respondAsync {
                JobRoute.accepted(AcceptedJob(record), preferenceApplied: "respond-async")
            } else {
                try await results.waitForAll(of: id, as: record.answer == .batchItems ? .json : .ndjson)
            }
        response.headers[.idempotentReplayed] = "true"
        return response
    }

    private func respond(
        _ kind: BatchTemplate.Kind,
        to request: Request,
        as known: (id: JobID, fingerprint: BodyFingerprint)?
    ) async throws -> Response {
        let order = try Self.order(of: request)
        let trace = TraceContext(request.headers)
        let isAsynchronous = Preferences(request.headers).respondAsync
        let resultTopic = try ResultTopic(
            topic: request.uri.queryParameters["resultTopic"],
            format: request.uri.queryParameters["resultFormat"]
        )
        if let resultTopic {
            guard isAsynchronous else {
                throw Problem(
                    .conflictingFields,
                    field: "resultTopic",
                    "results go either to the client or to a topic; send Prefer: respond-async with a resultTopic"
                )
            }
            try await batches.check(resultTopic)
        }
        let format: BatchAnswer.Format = request.mediaType.map(Self.ndjsonTypes.contains) == true ? .ndjson : .json
        let source: BatchSource
        switch format {
        case .ndjson:
            source = try await BatchSource(lines: request.body, kind: kind)
        case .json:
            let (defaults, items) = try await Self.jsonBody(of: request, upTo: maxBodyBytes)
            source = BatchSource(items: items, defaults: defaults, kind: kind)
        }
        let wanted = try BatchRequest(kind, defaults: source.defaults)
        // One that may be sent again is kept, so that its answer can be given again.
        if isAsynchronous || known != nil {
            let (job, refresh) = try await batches.accept(
                wanted,
                format,
                source,
                to: resultTopic,
                as: known,
                trace: trace
            )
            guard isAsynchronous else { return try await results.waitForAll(of: job.id, as: format, refresh: refresh) }
            return JobRoute.accepted(job, refresh: refresh, preferenceApplied: "respond-async")
        }
        let batch = try batches.open(wanted, order: order, trace: trace)
        return try await batches.run(batch, format, source)
    }

    private static let ndjsonTypes = ["application/x-ndjson", "application/ndjson", "application/jsonl"]

    static func order(of request: Request) throws(Problem) -> BatchProgress.Window.Order {
        guard let text = request.uri.queryParameters["order"] else { return .input }
        guard let order = BatchProgress.Window.Order(rawValue: String(text)) else {
            throw Problem(.invalidValue, field: "order", "order must be input or completion")
        }
        return order
    }

    private static func jsonBody(
        of request: Request,
        upTo maximum: Int
    ) async throws -> (defaults: [String: JSONValue], items: [JSONValue]) {
        let body = try await request.jsonBody(
            upTo: maximum,
            orElse: "(http.maxBatchBodyBytes); send the items as lines, with content-type: application/x-ndjson, "
                + "which has no limit",
            accepting: "application/json, application/x-ndjson"
        )
        let members = try JSONValue.members(of: body)
        let defaults = try BatchRequest.defaults(of: .object(members), isAlone: false)
        guard case .array(let items)? = members["items"], !items.isEmpty else {
            throw Problem(.missingField, field: "items", "items must be an array of at least one item")
        }
        guard items.count <= maximumItems else {
            throw Problem(
                .tooManyItems,
                field: "items",
                "\(items.count) items are more than the \(maximumItems) of a JSON body; send them as lines, with "
                    + "content-type: application/x-ndjson, which has no limit"
            )
        }
        return (defaults, items)
    }
}
