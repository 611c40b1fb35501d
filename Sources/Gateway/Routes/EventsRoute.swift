// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// `GET /api/v1/jobs/{id}/events`: what becomes of a job, as server-sent events (HTML, section 9.2).
///
/// Each event is named by the job's state and holds what `GET /api/v1/jobs/{id}` answers then; the stream ends with the
/// job. An event's id is how much of the job is done: who comes back with `Last-Event-ID` hears only of what changed.
struct EventsRoute: Sendable {
    static let path = "/api/v1/jobs/{id}/events"
    /// The least time between two events.
    private static let interval = Duration.milliseconds(200)
    /// How long nothing may be written: proxies close quiet connections.
    private static let longestSilence = Duration.seconds(15)

    let jobs: JobLookup
    let job: JobRoute

    func get(_ request: Request, context: GatewayContext) async throws -> Response {
        let record = try await jobs.find(context)
        let known = request.headers[.lastEventID]
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                do {
                    try await write(record, unless: known, to: &writer)
                } catch let problem as Problem {
                    var json = JSONWriter()
                    problem.write(to: &json, correlationID: nil)
                    try await writer.write(Self.event("problem", id: nil, json.bytes))
                }
                try await writer.finish(nil)
            }
        )
    }

    private func write(
        _ first: JobRecord,
        unless known: String?,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let clock = ContinuousClock()
        var record = first
        var last = known
        var written = clock.now
        while true {
            let id = Self.id(of: record)
            if id != last || record.state.isTerminal {
                try await writer.write(Self.event(record.state.rawValue, id: id, try await job.encode(record)))
                (last, written) = (id, clock.now)
                if record.state.isTerminal { return }
                try await clock.sleep(for: Self.interval)
            } else if clock.now - written > Self.longestSilence {
                try await writer.write(ByteBuffer(string: ":\n\n"))
                written = clock.now
            }
            await jobs.states.waitForNews(of: record.id, atMost: .seconds(1))
            // Of a gateway that stops: the client comes back to another one.
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            guard let next = try await jobs.find(record.id) else { return }
            record = next
        }
    }

    private static func id(of record: JobRecord) -> String {
        "\(record.state.rawValue)-\(record.done.count)-\(record.chunks ?? 0)"
            + (record.progress.map { "-\($0.hop)" } ?? "")
    }

    private static func event(_ name: String, id: String?, _ json: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        if let id { buffer.writeString("id: \(id)\n") }
        // JSON that is written here stands on one line.
        buffer.writeString("event: \(name)\ndata: ")
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }
}
