// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Contract
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// Requests that are sent again.
@Suite(.timeLimit(.minutes(1))) struct IdempotencyTests {
    private static let key: HTTPHeaders = ["idempotency-key": "\"order-7\""]
    private static let body =
        #"{"filename":"f","contentType":"image/jpeg","s3Bucket":"my-bucket","s3Region":"us-east-1"}"#

    @Test func aRequestThatIsSentAgainHasTheStoredAnswer() async throws {
        try await HTTPFixture.run { fixture in
            let first = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            #expect(first.status == 200)
            #expect(first.header("idempotent-replayed") == nil)
            let job = try #require(await fixture.workers.next()).job
            #expect(job.jobID == IdempotencyKey("order-7")?.jobID(tenant: "default").description)
            fixture.clock.advance(by: 60_000)
            let again = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            #expect(again.status == 200)
            #expect(again.header("idempotent-replayed") == "true")
            #expect(again.body == first.body)
            // Without the key it is another request.
            let other = try await fixture.post(HTTPFixture.upload, Self.body)
            #expect(try other.json["jobId"] != first.json["jobId"])
            #expect(try #require(await fixture.workers.next()).job.jobID != job.jobID)
        }
    }

    @Test func anotherRequestWithTheKeyIsRefused() async throws {
        try await HTTPFixture.run { fixture in
            _ = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            let body = Self.body.replacingOccurrences(of: "image/jpeg", with: "image/png")
            for (path, body) in [(HTTPFixture.upload, body), ("/api/v1/upload/s3/post-policy", Self.body)] {
                let other = try await fixture.post(path, body, headers: Self.key)
                #expect(other.status == 422)
                #expect(try other.json["code"] == "idempotency_key_reused")
                #expect(try other.json["field"] == "Idempotency-Key")
            }
        }
    }

    @Test func oneThatIsBeingAnsweredIsInProgress() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            async let first = fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            let job = try #require(await fixture.workers.next())
            let second = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            #expect(second.status == 409)
            #expect(try second.json["code"] == "request_in_progress")
            #expect(try second.json["jobId"] == .string(job.job.jobID))
            #expect(second.header("retry-after") == "1")
            fixture.workers.send(job.signed(), to: job)
            #expect(try await first.status == 200)
            #expect(try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key).body == first.body)
        }
    }

    @Test func aJobThatGoesOnIsInProgressUntilItIsDone() async throws {
        try await HTTPFixture.run(workers: { _ in .silence }) { fixture in
            var headers = Self.key
            headers.add(name: "prefer", value: "respond-async")
            #expect(try await fixture.post(HTTPFixture.upload, Self.body, headers: headers).status == 202)
            let job = try #require(await fixture.workers.next())
            #expect(try await fixture.post(HTTPFixture.upload, Self.body, headers: headers).status == 409)
            fixture.workers.send(job.signed(), to: job)
            let done = try await fixture.post(HTTPFixture.upload, Self.body, headers: headers)
            #expect(done.status == 200)
            #expect(try done.json["jobId"] == .string(job.job.jobID))
        }
    }

    @Test func aFailureIsStoredAsWell() async throws {
        try await HTTPFixture.run(workers: { .reply($0.refused("invalid_bucket", field: "s3Bucket")) }) { fixture in
            let first = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            let again = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            #expect(first.status == 400 && again.status == 400)
            #expect(try again.json["code"] == "invalid_bucket" && again.json["field"] == "s3Bucket")
            #expect(again.header("idempotent-replayed") == "true")
        }
    }

    /// What did not come to Kafka was not accepted: the same key may try again.
    @Test func aRequestThatWasNotTakenMayBeSentAgain() async throws {
        let tries = Tries()
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { job in
            tries.next() == 0 ? .delivery(.failed(.unavailable)) : .reply(job.signed())
        }
        try await HTTPFixture.run(workers: play) { fixture in
            let refused = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            let taken = try await fixture.post(HTTPFixture.upload, Self.body, headers: Self.key)
            #expect(refused.status == 503 && taken.status == 200)
        }
    }

    // MARK: Batches

    private static let batchKey: HTTPHeaders = [
        "idempotency-key": "night-7", "prefer": "respond-async", "content-type": "application/x-ndjson",
    ]

    private static func lines(_ count: Int) -> String {
        ([BatchTests.defaults] + (0..<count).map { #"{"id":"i\#($0)","key":"k/\#($0)"}"# }).joined(separator: "\n")
    }

    @Test func aBatchThatIsSentAgainIsTheSameJob() async throws {
        try await HTTPFixture.run { fixture in
            let first = try await fixture.post(BatchTests.s3, Self.lines(1_200), headers: Self.batchKey)
            #expect(first.status == 202)
            #expect(first.header("idempotent-replayed") == nil)
            let id = try #require(try first.json["jobId"]?.string)
            #expect(id == IdempotencyKey("night-7")?.jobID(tenant: "default").description)
            for _ in 0..<3 { #expect(try #require(await fixture.workers.next()).job.jobID == id) }
            fixture.clock.advance(by: 60_000)
            let again = try await fixture.post(BatchTests.s3, Self.lines(1_200), headers: Self.batchKey)
            #expect(again.status == 202)
            #expect(again.header("idempotent-replayed") == "true")
            #expect(try again.json["jobId"] == .string(id))
            #expect(try again.json["acceptedAt"] == first.json["acceptedAt"])

            let other = try await fixture.post(BatchTests.s3, Self.lines(1_199), headers: Self.batchKey)
            #expect(other.status == 422)
            #expect(try other.json["code"] == "idempotency_key_reused")
            let single = try await fixture.post(HTTPFixture.upload, Self.body, headers: ["idempotency-key": "night-7"])
            #expect(single.status == 422)
        }
    }

    /// Its client dies amid the items: nothing was accepted, so the same batch may be sent again.
    @Test func aBatchWhoseItemsDidNotAllComeMayBeSentAgain() async throws {
        try await HTTPFixture.run { fixture in
            let text = Self.lines(1_700)
            let (parts, more) = AsyncStream.makeStream(of: ByteBuffer.self)
            async let broken = fixture.send(
                .POST,
                BatchTests.s3,
                headers: Self.batchKey,
                body: .stream(BrokenBody(parts: parts), length: .unknown)
            )
            more.yield(ByteBuffer(string: String(text.prefix(30_000))))
            let chunk = try #require(await fixture.workers.next())
            let meanwhile = try await fixture.post(BatchTests.s3, text, headers: Self.batchKey)
            #expect(meanwhile.status == 409)
            more.finish()
            _ = try? await broken
            // The gateway takes a moment to see that its client has gone.
            var again = meanwhile
            while again.status == 409 { again = try await fixture.post(BatchTests.s3, text, headers: Self.batchKey) }
            #expect(again.status == 202)
            #expect(try again.json["jobId"] == .string(chunk.job.jobID))
            let results = try await fixture.get("/api/v1/jobs/\(chunk.job.jobID)/results")
            let lines = try String(decoding: results.body, as: UTF8.self).split(separator: "\n")
                .map { try JSON(Data($0.utf8)) }
            #expect(
                lines.filter { $0["type"] == "item" }.compactMap { $0["id"]?.string } == (0..<1_700).map { "i\($0)" }
            )
            #expect(lines.last?["complete"] == true)
        }
    }

    @Test func aBatchThatIsWaitedForHasItsStoredAnswer() async throws {
        try await HTTPFixture.run { fixture in
            let headers: HTTPHeaders = ["idempotency-key": "now-7", "content-type": "application/x-ndjson"]
            let stream = try await fixture.post(BatchTests.s3, Self.lines(1_200), headers: BatchTests.ndjson)
            let first = try await fixture.post(BatchTests.s3, Self.lines(1_200), headers: headers)
            #expect(first.status == 200)
            #expect(first.header("content-type") == "application/x-ndjson")
            func items(_ answer: HTTPAnswer) throws -> [JSON] {
                try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map { try JSON(Data($0.utf8)) }
                    .filter { $0["type"] == "item" }
            }
            #expect(try items(first) == items(stream))
            #expect(String(decoding: first.body, as: UTF8.self).contains("\"refreshToken\""))
            fixture.clock.advance(by: 60_000)
            let again = try await fixture.post(BatchTests.s3, Self.lines(1_200), headers: headers)
            #expect(again.status == 200)
            #expect(again.header("idempotent-replayed") == "true")
            #expect(try items(again) == items(first))
            let other = try await fixture.post(BatchTests.s3, Self.lines(1_199), headers: headers)
            #expect(other.status == 422)

            let body = #"{"defaults":{"s3Bucket":"b","s3Region":"us-east-1"},"items":[{"key":"a"}]}"#
            let one = try await fixture.post(BatchTests.s3, body, headers: Self.key)
            let two = try await fixture.post(BatchTests.s3, body, headers: Self.key)
            #expect(one.status == 200 && two.status == 200)
            #expect(try one.json["items"] == two.json["items"])
            #expect(two.header("idempotent-replayed") == "true")
        }
    }

    @Test func aBatchThatFailsAsAWholeFailsAgain() async throws {
        try await HTTPFixture.run(workers: { .reply($0.refused("invalid_bucket", field: "s3Bucket")) }) { fixture in
            for isReplayed in [false, true] {
                let answer = try await fixture.post(
                    BatchTests.s3,
                    Self.lines(3),
                    headers: [
                        "idempotency-key": "bad-7", "content-type": "application/x-ndjson",
                    ]
                )
                #expect(answer.status == 400)
                #expect(try answer.json["code"] == "invalid_bucket")
                #expect(try answer.json["field"] == "defaults.s3Bucket")
                #expect(isReplayed || answer.header("idempotent-replayed") == nil)
            }
        }
    }

    /// As over a stream, one bad item is a line and not the status.
    @Test(arguments: [(#"{"key":"a"}"#, "items[0].key"), ("{broken", "items")])
    func aBatchOfBadItemsIsAnsweredItemByItemWithAKeyToo(line: String, field: String) async throws {
        try await HTTPFixture.run(workers: { .reply($0.refused("invalid_key", field: field)) }) { fixture in
            let text = BatchTests.defaults + "\n" + line
            let stream = try await fixture.post(BatchTests.s3, text, headers: BatchTests.ndjson)
            let kept = try await fixture.post(
                BatchTests.s3,
                text,
                headers: ["idempotency-key": "bad-8", "content-type": "application/x-ndjson"]
            )
            #expect(stream.status == 200 && kept.status == 200)
            let lines = [stream, kept].map { String(decoding: $0.body, as: UTF8.self).split(separator: "\n")[0] }
            #expect(lines[0] == lines[1])
            #expect(lines[0].contains("\"status\":\"failed\""))
        }
    }

    @Test func aRefreshTakesNoKey() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(RefreshTests.path, #"{"refreshToken":"x"}"#, headers: Self.key)
            #expect(answer.status == 400)
            #expect(try answer.json["field"] == "Idempotency-Key")
        }
    }

    @Test(arguments: [HTTPFixture.upload, BatchTests.s3])
    func aKeyThatCannotBeUsedIsRefused(path: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(path, Self.body, headers: ["idempotency-key": "with space"])
            #expect(answer.status == 400)
            #expect(try answer.json["field"] == "Idempotency-Key")
        }
    }
}

/// A body whose client dies before its end.
private struct BrokenBody: AsyncSequence, Sendable {
    struct Broken: Error {}

    let parts: AsyncStream<ByteBuffer>

    struct AsyncIterator: AsyncIteratorProtocol {
        var parts: AsyncStream<ByteBuffer>.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            if let part = await parts.next() { return part }
            throw Broken()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(parts: parts.makeAsyncIterator()) }
}

/// Counts.
private final class Tries: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
