// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
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

    @Test(arguments: [HTTPFixture.upload, BatchTests.s3])
    func aKeyThatCannotBeUsedIsRefused(path: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(path, Self.body, headers: ["idempotency-key": "with space"])
            #expect(answer.status == 400)
            #expect(try answer.json["field"] == "Idempotency-Key")
        }
    }
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
