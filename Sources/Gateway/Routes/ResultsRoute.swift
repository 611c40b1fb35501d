// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle
internal import SwiftProtobuf

/// `GET /api/v1/jobs/{id}/results`: the results of a batch as NDJSON, read back from Kafka chunk by chunk.
///
/// The last line says where the next page begins (`cursor`), as long as there is one.
struct ResultsRoute: Sendable {
    static let path = "/api/v1/jobs/{id}/results"

    let jobs: JobLookup

    /// Chunks that are read from Kafka at once.
    private static let readAhead = 12

    /// What is read at once.
    private struct Page {
        let chunks: [ChunkDone]
        /// Where the next one begins; `nil`: nothing follows, now or later.
        let next: UInt32?
        /// Whether it ends with the last item of the job, and nothing of the job is missing.
        let isComplete: Bool
    }

    func get(_ request: Request, context: GatewayContext) async throws -> Response {
        let record = try await jobs.find(context)
        return try await answer(
            record,
            as: .ndjson,
            from: try Self.number("cursor", of: request, atLeast: 0) ?? 0,
            limit: try Self.number("limit", of: request, atLeast: 1) ?? .max
        )
    }

    /// Waits until a batch is done, and answers with its results.
    ///
    /// - Throws: What is wrong with all items, as if the batch had been answered while it came.
    func waitForAll(
        of id: JobID,
        as format: BatchAnswer.Format,
        refresh: RefreshTokens.Issued? = nil
    ) async throws -> Response {
        while true {
            guard let record = try await jobs.find(id) else { throw JobLookup.problem(.unavailable) }
            switch record.state {
            case .failed:
                if let problem = try await problemOfAll(in: record) { throw problem }
                return try await answer(record, as: format, refresh: refresh)
            case .done, .cancelled: return try await answer(record, as: format, refresh: refresh)
            case .expired, .interrupted: throw Problem.job(.expired, id: id)
            case .accepted:
                if Task.isShuttingDownGracefully { throw Problem.refused(.closed) }
                await jobs.states.waitForNews(of: id, atMost: .milliseconds(250))
            }
        }
    }

    /// What is wrong with all items of a batch that failed.
    private func problemOfAll(in record: JobRecord) async throws(Problem) -> Problem? {
        do throws(JobStateError) {
            guard let reply = try await jobs.states.results(of: record.done.prefix(1), of: record.id).first,
                // Where all is wrong already, workers were asked for nothing.
                let places = try? ChunkPlaces(serializedBytes: reply.echo).places,
                places.contains(where: { $0.failure == nil })
            else { return nil }
            var problem = BatchProgress.Window.Answer.reply(reply).problemOfAll
            problem?.jobID = record.id
            return problem
        } catch {
            throw JobLookup.problem(error)
        }
    }

    private func answer(
        _ record: JobRecord,
        as format: BatchAnswer.Format,
        from cursor: Int = 0,
        limit: Int = .max,
        refresh: RefreshTokens.Issued? = nil
    ) async throws -> Response {
        guard let places = record.answer.places else {
            throw Problem(.notFound, "the job is no batch; GET /api/v1/jobs/{id} has its result")
        }
        guard record.state != .cancelled else {
            throw Problem(.alreadyEnded, "the job is cancelled; it has no results")
        }
        if let topic = record.resultTopic {
            throw Problem(.notFound, "the results went to the topic \(topic), as the batch asked for")
        }
        if let end = jobs.resultsExpireAt(record), end <= jobs.clock() {
            throw Problem(
                .resultGone,
                "the URLs of the batch ended at \(Timestamp.rfc3339(unixMilliseconds: end)); send it again, or refresh it"
            )
        }
        let page = Self.page(of: record, from: cursor, limit: limit)
        // What cannot be read at all is told by the status.
        let first: [Reply]
        do throws(JobStateError) {
            first = try await jobs.states.results(of: page.chunks.prefix(Self.readAhead), of: record.id)
        } catch {
            throw JobLookup.problem(error)
        }
        var headers: HTTPFields = [.contentType: format.contentType, .cacheControl: "no-store"]
        if !record.state.isTerminal { headers[.retryAfter] = "1" }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                var answer = BatchAnswer(
                    format,
                    of: places,
                    jobID: record.id,
                    customerKeys: nil,
                    warnings: record.warnings
                )
                let stopped = try await write(page, first, of: record, to: &answer, &writer)
                answer.finish(
                    stopped,
                    isComplete: stopped == nil && page.isComplete,
                    state: record.state,
                    cursor: stopped == nil ? page.next : nil,
                    refresh: refresh
                )
                try await writer.write(ByteBuffer(bytes: answer.take()))
                try await writer.finish(nil)
            }
        )
    }

    /// Writes the results of a page, chunk by chunk.
    ///
    /// - Returns: Why it ended before its time.
    private func write(
        _ page: Page,
        _ first: [Reply],
        of record: JobRecord,
        to answer: inout BatchAnswer,
        _ writer: inout any ResponseBodyWriter
    ) async throws -> FailureError? {
        var replies = first
        var rest = page.chunks[...]
        while !rest.isEmpty {
            for reply in replies {
                answer.write(kept: reply)
                try await writer.write(ByteBuffer(bytes: answer.take()))
            }
            rest = rest.dropFirst(Self.readAhead)
            do throws(JobStateError) {
                replies = try await jobs.states.results(of: rest.prefix(Self.readAhead), of: record.id)
            } catch {
                return JobLookup.problem(error).failures.first
            }
        }
        return nil
    }

    /// Chunks from `cursor` on, up to about `limit` items; of a job that goes on, up to the first that is not done.
    private static func page(of record: JobRecord, from cursor: Int, limit: Int) -> Page {
        let rest = record.done.drop { $0.chunk < cursor }
        var chunks: [ChunkDone] = []
        var items = 0
        var next = UInt32(clamping: cursor)
        for chunk in rest {
            if items >= limit { return Page(chunks: chunks, next: next, isComplete: false) }
            if !record.state.isTerminal, chunk.chunk != next { break }
            chunks.append(chunk)
            items += Int(chunk.succeeded) + Int(chunk.failed)
            next = chunk.chunk &+ 1
        }
        guard record.state.isTerminal else { return Page(chunks: chunks, next: next, isComplete: false) }
        return Page(chunks: chunks, next: nil, isComplete: record.chunks == record.done.count)
    }

    private static func number(_ name: String, of request: Request, atLeast least: Int) throws(Problem) -> Int? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int(text), number >= least else {
            throw Problem(.invalidValue, field: name, "\(name) must be a whole number from \(least) on")
        }
        return number
    }
}
