// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Contract
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import Testing

/// Batches whose results are asked for later, with workers that the test plays.
@Suite(.timeLimit(.minutes(1))) struct AsyncBatchTests {
    private static let later: HTTPHeaders = ["content-type": "application/x-ndjson", "prefer": "respond-async"]

    private static func lines(_ answer: HTTPAnswer) throws -> [JSON] {
        try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map { try JSON(Data($0.utf8)) }
    }

    private static func items(_ answer: HTTPAnswer) throws -> [JSON] {
        try lines(answer).filter { $0["type"] == "item" }
    }

    private func accept(_ fixture: HTTPFixture, _ lines: [String]) async throws -> String {
        let body = ([BatchTests.defaults] + lines).joined(separator: "\n")
        let answer = try await fixture.post(BatchTests.s3, body, headers: Self.later)
        #expect(answer.status == 202)
        #expect(answer.header("preference-applied") == "respond-async")
        let id = try #require(try answer.json["jobId"]?.string)
        #expect(answer.header("location") == "/api/v1/jobs/\(id)")
        #expect(try answer.json["results"] == .string("/api/v1/jobs/\(id)/results"))
        return id
    }

    private static func item(_ number: Int) -> String { #"{"id":"i\#(number)","key":"k/\#(number)"}"# }

    @Test func resultsAreThoseOfTheStreamWithTheirLines() async throws {
        try await HTTPFixture.run { fixture in
            var lines = (0..<1_700).map(Self.item)
            lines[3] = "{broken"
            lines[700] = ""
            lines[1_699] = #"{"id":"last","key":"k","bogus":1}"#
            let id = try await accept(fixture, lines)
            let stream = try await fixture.post(
                BatchTests.s3,
                ([BatchTests.defaults] + lines).joined(separator: "\n"),
                headers: BatchTests.ndjson
            )
            let results = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(results.status == 200)
            #expect(results.header("content-type") == "application/x-ndjson")
            #expect(try Self.items(results) == Self.items(stream))
            let summary = try #require(try Self.lines(results).last)
            #expect(summary["complete"] == true && summary["state"] == "done")
            #expect(summary["signed"] == 1_698 && summary["failed"] == 1)
            #expect(summary["cursor"] == nil)

            let job = try await fixture.get("/api/v1/jobs/\(id)").json
            #expect(job["state"] == "done")
            #expect(job["progress"] == ["chunks": 4, "chunksDone": 4, "signed": 1_698, "failed": 0])
            #expect(job["resultsExpireAt"] == "2023-11-14T23:13:20Z")
            #expect(job["result"] == nil)
        }
    }

    @Test func resultsLiveAsLongAsTheirURLsAndTheirJob() async throws {
        try await HTTPFixture.run { fixture in
            let id = try await accept(fixture, [Self.item(0)])
            fixture.clock.advance(by: 3_599_999)
            #expect(try await fixture.get("/api/v1/jobs/\(id)/results").status == 200)
            fixture.clock.advance(by: 1)
            let results = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(results.status == 410)
            #expect(try results.json["code"] == "result_gone")
            #expect(try await fixture.get("/api/v1/jobs/\(id)").json["state"] == "done")
        }
        try await HTTPFixture.run({ $0.jobRetention = .seconds(60) }) { fixture in
            let id = try await accept(fixture, [Self.item(0)])
            let job = try await fixture.get("/api/v1/jobs/\(id)").json
            // Five minutes to be done in, and one behind that.
            #expect(job["resultsExpireAt"] == "2023-11-14T22:19:20Z")
        }
        try await HTTPFixture.run { fixture in
            let id = try await accept(fixture, [Self.item(0)])
            for limit in ["0", "-1", "x"] {
                let page = try await fixture.get("/api/v1/jobs/\(id)/results?limit=\(limit)")
                #expect(page.status == 400)
                #expect(try page.json["field"] == "limit")
            }
        }
    }

    @Test func pagesFollowOnEachOtherByTheirCursors() async throws {
        try await HTTPFixture.run { fixture in
            let id = try await accept(fixture, (0..<2_300).map(Self.item))
            var ids: [String] = []
            var cursor = 0
            var pages = 0
            while true {
                let page = try await fixture.get("/api/v1/jobs/\(id)/results?limit=600&cursor=\(cursor)")
                ids += try Self.items(page).compactMap { $0["id"]?.string }
                pages += 1
                guard case .number(let next)? = try Self.lines(page).last?["cursor"] else { break }
                #expect(Int(next) > cursor)
                cursor = Int(next)
            }
            #expect(pages == 3)
            #expect(ids == (0..<2_300).map { "i\($0)" })
            for query in ["cursor=-1", "cursor=x", "limit=1.5"] {
                let refused = try await fixture.get("/api/v1/jobs/\(id)/results?\(query)")
                #expect(refused.status == 400)
                #expect(try refused.json["field"]?.string == String(query.prefix { $0 != "=" }))
            }
        }
    }

    /// Of a job that goes on, what is done can be read, up to the first chunk that is not.
    @Test func whatIsDoneCanBeReadWhileTheRestGoesOn() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { $0.job.chunk == 1 ? .silence : .reply($0.signed()) }
        try await HTTPFixture.run(workers: play) { fixture in
            let id = try await accept(fixture, (0..<1_500).map(Self.item))
            var silent: ReceivedJob?
            while silent == nil {
                let job = try #require(await fixture.workers.next())
                if job.job.chunk == 1 { silent = job }
            }
            let job = try await fixture.get("/api/v1/jobs/\(id)")
            #expect(job.header("retry-after") == "1")
            #expect(try job.json["state"] == "accepted")
            #expect(try job.json["progress"]?["chunksDone"] == 2)
            let early = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(try Self.items(early).count == 500)
            let summary = try #require(try Self.lines(early).last)
            #expect(summary["complete"] == false && summary["cursor"] == 1 && summary["state"] == "accepted")

            let left = try #require(silent)
            fixture.workers.send(left.signed(), to: left)
            let rest = try await fixture.get("/api/v1/jobs/\(id)/results?cursor=1")
            #expect(try Self.items(rest).compactMap { $0["id"]?.string } == (500..<1_500).map { "i\($0)" })
            #expect(try Self.lines(rest).last?["complete"] == true)
        }
    }

    @Test func aChunkThatFailsAsAWholeFailsEachOfItsLines() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = {
            .reply($0.job.chunk == 0 ? $0.signed() : $0.refused("unknown_profile", field: "credentialProfile"))
        }
        try await HTTPFixture.run(workers: play) { fixture in
            let id = try await accept(fixture, (0..<700).map(Self.item))
            let items = try Self.items(try await fixture.get("/api/v1/jobs/\(id)/results"))
            #expect(items.map { $0["line"] } == (0..<700).map { .number(Double($0 + 2)) })
            #expect(items[600]["code"] == "unknown_profile")
            #expect(items[600]["field"] == "defaults.credentialProfile")
        }
    }

    @Test func aJSONBodyIsTakenLikewise() async throws {
        try await HTTPFixture.run { fixture in
            let body =
                #"{"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1"},"items":[{"key":"a"},5,{"key":"b"}]}"#
            let answer = try await fixture.post(BatchTests.s3, body, headers: ["prefer": "respond-async"])
            let id = try #require(try answer.json["jobId"]?.string)
            let items = try Self.items(try await fixture.get("/api/v1/jobs/\(id)/results"))
            #expect(items.map { $0["index"] } == [0, 1, 2])
            #expect(items.map { $0["status"] } == ["signed", "failed", "signed"])
        }
    }

    // MARK: Ends

    @Test func aCancelledJobHasNoResults() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { $0.job.chunk == 0 ? .reply($0.signed()) : .silence }
        try await HTTPFixture.run(workers: play) { fixture in
            let id = try await accept(fixture, (0..<900).map(Self.item))
            #expect(try await fixture.send(.DELETE, "/api/v1/jobs/\(id)").status == 200)
            let results = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(results.status == 409)
            #expect(try results.json["code"] == "already_ended")
        }
    }

    @Test func resultsThatAreGoneAre410AndAnUnknownJob404() async throws {
        try await HTTPFixture.run { fixture in
            let id = try await accept(fixture, [Self.item(0)])
            fixture.states.forgetResults()
            let gone = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(gone.status == 410)
            #expect(try gone.json["code"] == "result_gone")
            let unknown = "0192f3a1-7c5e-7d2b-9c41-3f6a5b7c8d9e"
            for path in ["results", "events"] {
                #expect(try await fixture.get("/api/v1/jobs/\(unknown)/\(path)").status == 404)
            }
            let single = try await fixture.post(
                HTTPFixture.download,
                #"{"s3Bucket":"my-bucket","s3Region":"us-east-1","key":"a"}"#,
                headers: ["prefer": "respond-async"]
            )
            let other = try #require(try single.json["jobId"]?.string)
            #expect(try await fixture.get("/api/v1/jobs/\(other)/results").status == 404)
        }
    }

    @Test func aBatchThatKafkaDoesNotTakeIsRefusedAndCancelled() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = {
            $0.job.chunk == 1 ? .delivery(.failed(.unavailable)) : .reply($0.signed())
        }
        try await HTTPFixture.run(workers: play) { fixture in
            let body = ([BatchTests.defaults] + (0..<1_500).map(Self.item)).joined(separator: "\n")
            let answer = try await fixture.post(BatchTests.s3, body, headers: Self.later)
            #expect(answer.status == 503)
            #expect(try answer.json["code"] == "broker_unavailable")
            let id = try #require(await fixture.workers.next()).job.jobID
            #expect(try await fixture.get("/api/v1/jobs/\(id)").json["state"] == "cancelled")
        }
    }

    /// What comes after a job's deadline is no part of it; and a gateway that dies tells of no end.
    @Test func aBatchWhoseInputDoesNotEndIsInterrupted() async throws {
        try await HTTPFixture.run { fixture in
            let (lines, more) = AsyncStream.makeStream(of: ByteBuffer.self)
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(fixture.port)\(BatchTests.s3)")
            request.method = .POST
            request.headers = Self.later
            request.body = .stream(lines, length: .unknown)
            let sent = request
            async let response = HTTPClient.shared.execute(sent, timeout: .seconds(50))
            let text = ([BatchTests.defaults] + (0..<600).map(Self.item)).joined(separator: "\n") + "\n"
            more.yield(ByteBuffer(string: text))
            let id = try #require(await fixture.workers.next()).job.jobID
            var job = try await fixture.get("/api/v1/jobs/\(id)").json
            #expect(job["state"] == "accepted")
            #expect(job["progress"]?["chunks"] == .null)
            fixture.clock.advance(by: 300_000 + JobFold.grace + 1)
            job = try await fixture.get("/api/v1/jobs/\(id)").json
            #expect(job["state"] == "interrupted")
            let results = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(try Self.items(results).count == 500)
            #expect(try Self.lines(results).last?["complete"] == false)

            more.yield(ByteBuffer(string: (0..<600).map(Self.item).joined(separator: "\n") + "\n"))
            let answer = try await response
            #expect(answer.status == .requestTimeout)
            let body = String(buffer: try await answer.body.collect(upTo: 1 << 20))
            #expect(body.contains("input_too_slow"))
            more.finish()
        }
    }

    // MARK: Events

    @Test func eventsTellOfEveryChangeUpToTheEnd() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            let id = try await accept(fixture, (0..<900).map(Self.item))
            var jobs: [ReceivedJob] = []
            while jobs.count < 2 { jobs.append(try #require(await fixture.workers.next())) }
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(fixture.port)/api/v1/jobs/\(id)/events")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(50))
            #expect(response.headers.first(name: "content-type") == "text/event-stream")
            var text = ""
            var sent = 0
            for try await part in response.body {
                text += String(buffer: part)
                // Each event makes the next one.
                if text.components(separatedBy: "\n\n").count - 1 > sent, sent < jobs.count {
                    fixture.workers.send(jobs[sent].signed(), to: jobs[sent])
                    sent += 1
                }
            }
            let events = text.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map {
                $0.components(separatedBy: "\n")
            }
            #expect(events.map { $0[0] } == ["id: accepted-0-2", "id: accepted-1-2", "id: done-2-2"])
            #expect(events.map { $0[1] } == ["event: accepted", "event: accepted", "event: done"])
            let last = try JSON(Data(events[2][2].dropFirst("data: ".count).utf8))
            #expect(last == (try await fixture.get("/api/v1/jobs/\(id)").json))

            // Who heard of the end hears it again, and nothing else.
            let again = try await fixture.get("/api/v1/jobs/\(id)/events", headers: ["last-event-id": "done-2-2"])
            #expect(String(decoding: again.body, as: UTF8.self).hasPrefix("id: done-2-2\n"))
        }
    }
}
