// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Contract
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// Batches over HTTP, with workers that the test plays.
@Suite(.timeLimit(.minutes(1))) struct BatchTests {
    static let s3 = "/api/v1/batch/s3/signed-urls"
    static let cloudFront = "/api/v1/batch/cloudfront/signed-urls"
    static let ndjson: HTTPHeaders = ["content-type": "application/x-ndjson"]
    static let defaults = #"{"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1"}}"#

    private static func lines(_ answer: HTTPAnswer) throws -> [JSON] {
        try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map { try JSON(Data($0.utf8)) }
    }

    private static func items(_ lines: [JSON]) -> [JSON] { lines.filter { $0["type"] == "item" } }

    private static func item(_ number: Int) -> String { #"{"id":"i\#(number)","key":"k/\#(number)"}"# }

    private func post(_ fixture: HTTPFixture, _ lines: [String], query: String = "") async throws -> HTTPAnswer {
        try await fixture.post(Self.s3 + query, lines.joined(separator: "\n"), headers: Self.ndjson)
    }

    // MARK: Answers

    @Test func linesBecomeChunksAndTheirAnswersLinesInTheirOrder() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await post(fixture, [Self.defaults] + (0..<1_203).map(Self.item))
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/x-ndjson")
            #expect(answer.header("cache-control") == "no-store")
            let lines = try Self.lines(answer)
            let items = Self.items(lines)
            #expect(items.count == 1_203)
            for (number, item) in items.enumerated() {
                #expect(item["line"] == .number(Double(number + 2)))
                #expect(item["id"] == .string("i\(number)"))
                #expect(item["key"] == .string("k/\(number)"))
                #expect(item["status"] == "signed")
                #expect(
                    item["url"]
                        == .string(
                            "https://my-bucket.s3.us-east-1.amazonaws.com/k/\(number)?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                                + "&X-Amz-Signature=" + String(repeating: "ab", count: 32)
                        )
                )
                #expect(item["shared"] == 0)
            }
            // What is common stands once, before the first item that needs it.
            #expect(lines.filter { $0["type"] == "shared" }.count == 1)
            #expect(lines.first?["type"] == "shared")
            #expect(lines.first?["expiresAt"] == "2023-11-14T23:13:20Z")
            #expect(lines.first?["headers"]?["content-type"] == "image/jpeg")
            let summary = try #require(lines.last)
            #expect(summary["type"] == "summary")
            #expect(summary["complete"] == true)
            #expect(summary["items"] == 1_203 && summary["signed"] == 1_203 && summary["failed"] == 0)
            #expect(summary["expiresAt"] == "2023-11-14T23:13:20Z")

            var received: [ReceivedJob] = []
            while received.map(\.signing.items.count).reduce(0, +) < 1_203 {
                received.append(try #require(await fixture.workers.next()))
            }
            #expect(received.map(\.job.chunk).sorted() == Array(0..<UInt32(received.count)))
            #expect(Set(received.map(\.job.jobID)).count == 1)
            #expect(received.allSatisfy { $0.signing.items.count <= 500 })
            for job in received {
                #expect(job.signing.operation == "GetObject")
                #expect(job.job.deadlineMs == job.job.signingTimeMs + 300_000)
                #expect(job.job.waitUntilMs == job.job.deadlineMs)
                let first = try #require(job.signing.items.first)
                #expect(first.key == "k/\(job.signing.firstItem)")
            }
        }
    }

    @Test func aJSONBodyIsAnsweredInJSON() async throws {
        try await HTTPFixture.run { fixture in
            let items = (0..<700).map(Self.item).joined(separator: ",")
            let body = #"{"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1"},"items":[\#(items),7]}"#
            let answer = try await fixture.post(Self.s3, body)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            let json = try answer.json
            #expect(json["success"] == true)
            #expect(json["items"]?.array?.count == 701)
            #expect(json["items"]?[699]?["index"] == 699)
            #expect(json["items"]?[699]?["id"] == "i699")
            #expect(json["items"]?[700]?["code"] == "malformed")
            #expect(json["shared"]?.array?.count == 1)
            #expect(json["shared"]?[0]?["method"] == "GET")
            #expect(json["summary"]?["signed"] == 700)
            #expect(json["summary"]?["failed"] == 1)
            #expect(json["summary"]?["jobId"] == json["jobId"])
        }
    }

    @Test func defaultsAndOverridesTravelAsTheyAreGiven() async throws {
        try await HTTPFixture.run { fixture in
            let defaults = """
                {"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1","operation":"PutObject","expiresIn":60,\
                "contentType":"image/png","credentialProfile":"media","tags":{"a":"b"}}}
                """
            let answer = try await post(
                fixture,
                [
                    defaults, #"{"key":"a"}"#,
                    #"{"id":"ä\n","keyPrefix":"p/","filename":"f","fileSize":5,"metadata":{"m":"1"},"bogus":1}"#,
                ]
            )
            #expect(answer.status == 200)
            var received: [S3SigningJob] = []
            while received.map(\.items.count).reduce(0, +) < 2 {
                received.append(try #require(await fixture.workers.next()).signing)
            }
            let signing = received[0]
            #expect(signing.operation == "PutObject" && signing.expiresIn == 60)
            #expect(signing.credentialProfile == "media")
            #expect(signing.defaults.contentType == "image/png")
            #expect(signing.defaults.tags.map(\.name) == ["a"])
            let items = received.flatMap(\.items)
            #expect(!items[0].hasOptions)
            #expect(items[1].id == "ä\n" && items[1].keyPrefix == "p/" && items[1].filename == "f")
            #expect(items[1].options.fileSize == 5 && items[1].options.metadata.map(\.value) == ["1"])
            let line = try #require(Self.items(Self.lines(answer)).last)
            #expect(line["id"] == "ä\n")
            #expect(line["warnings"] == ["unknown field \"bogus\" was ignored"])
        }
    }

    @Test func keysOfARequestAreSealedOnceForTheWholeBatch() async throws {
        try await HTTPFixture.run { fixture in
            let defaults = """
                {"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1","s3AccessKey":"AKIDTEST",\
                "s3SecretKey":"never-in-the-clear"}}
                """
            _ = try await post(fixture, [defaults] + (0..<600).map(Self.item))
            var received: [ReceivedJob] = []
            while received.map(\.signing.items.count).reduce(0, +) < 600 {
                received.append(try #require(await fixture.workers.next()))
            }
            #expect(received.count > 1)
            #expect(Set(received.map(\.signing.sealedCredential.ciphertext)).count == 1)
            #expect(received[0].signing.sealedCredential.scope.jobID == received[0].job.jobID)
            for job in received { #expect(Data(job.value).range(of: Data("never-in-the-clear".utf8)) == nil) }
        }
    }

    @Test func cloudFrontIsAnsweredLikewise() async throws {
        try await HTTPFixture.run(workers: { .reply($0.signedByCloudFront()) }) { fixture in
            let answer = try await fixture.post(
                Self.cloudFront,
                """
                {"defaults":{"domain":"d1.cloudfront.net"}}
                {"id":"a","key":"v/1","query":"w=1"}
                {"id":"b"}
                """,
                headers: Self.ndjson
            )
            let lines = try Self.lines(answer)
            #expect(lines.first?["keyPairId"] == "K1")
            let items = Self.items(lines)
            #expect(items[0]["url"] == "https://d1.cloudfront.net/v/1?w=1&Signature=x")
            #expect(items[1]["code"] == "missing_field")
            #expect(items[1]["field"] == "key")
            #expect(items[1]["id"] == "b")
        }
    }

    // MARK: Streams

    /// A client that waits for each answer before it sends more gets it: nothing waits for a chunk to be full.
    @Test func anItemIsAnsweredThoughNoneFollows() async throws {
        try await HTTPFixture.run { fixture in
            let (lines, more) = AsyncStream.makeStream(of: ByteBuffer.self)
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(fixture.port)\(Self.s3)")
            request.method = .POST
            request.headers = Self.ndjson
            request.body = .stream(lines, length: .unknown)
            more.yield(ByteBuffer(string: Self.defaults + "\n" + Self.item(0) + "\n"))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(50))
            #expect(response.status == .ok)
            var read = ""
            var answered = 0
            for try await part in response.body {
                read += String(buffer: part)
                guard read.contains("\"id\":\"i\(answered)\""), read.hasSuffix("\n") else { continue }
                answered += 1
                if answered < 20 {
                    more.yield(ByteBuffer(string: Self.item(answered) + "\n"))
                } else if answered == 20 {
                    more.finish()
                }
            }
            #expect(answered == 20)
            #expect(read.contains(#""signed":20"#))
        }
    }

    @Test func chunksAreWrittenAsTheyAreDoneIfThatIsAskedFor() async throws {
        let first = Mutex<ReceivedJob?>(nil)
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { job in
            // The second chunk is answered before the first one of those that are sent side by side.
            guard job.job.chunk == 1 else { return .reply(job.signed()) }
            first.withLock { $0 = job }
            return .silence
        }
        try await HTTPFixture.run(workers: play) { fixture in
            async let answer = post(fixture, [Self.defaults] + (0..<2_600).map(Self.item), query: "?order=completion")
            var chunks: Set<UInt32> = []
            while let job = await fixture.workers.next() {
                chunks.insert(job.job.chunk)
                if chunks.isSuperset(of: [0, 1, 2, 3]) { break }
            }
            let late = try #require(first.withLock { $0 })
            fixture.workers.send(late.signed(), to: late)
            let items = Self.items(try Self.lines(try await answer))
            #expect(Set(items.compactMap { $0["id"]?.string }).count == 2_600)
            let numbers = items.compactMap { $0["id"]?.string.flatMap { Int($0.dropFirst()) } }
            #expect(numbers != numbers.sorted())
        }
    }

    // MARK: Failures

    @Test func aBrokenItemFailsAloneAndNamesItsLine() async throws {
        try await HTTPFixture.run { fixture in
            let long = #"{"key":"\#(String(repeating: "x", count: 70_000))"}"#
            let lines = [
                Self.defaults, Self.item(0), "{broken", "", "7", #"{"key":5,"id":"five"}"#, long,
                #"{"key":"a","key":"b"}"#,
                Self.item(1),
            ]
            let answer = try await post(fixture, lines)
            #expect(answer.status == 200)
            let items = Self.items(try Self.lines(answer))
            #expect(items.map { $0["line"] } == [2, 3, 5, 6, 7, 8, 9])
            let codes = items.map { $0["code"]?.string ?? "" }
            #expect(codes == ["", "malformed", "malformed", "invalid_type", "malformed", "malformed", ""])
            #expect(items[3]["field"] == "key" && items[3]["id"] == "five")
            #expect(items[4]["detail"]?.string?.contains("65536") == true)
            let summary = try Self.lines(answer).last
            #expect(summary?["signed"] == 2 && summary?["failed"] == 5)
        }
    }

    @Test(
        arguments: [
            ("", 400, "malformed", ""), ("\n", 400, "malformed", ""), ("{broken\n", 400, "malformed", ""),
            (#"{"key":"a"}"#, 400, "missing_field", "defaults"), ("[]", 400, "missing_field", "defaults"),
            (#"{"defaults":{"s3Bucket":"b"}}"#, 400, "missing_field", "defaults.s3Region"),
            (#"{"defaults":{"s3Bucket":5,"s3Region":"r"}}"#, 400, "invalid_type", "defaults.s3Bucket"),
            (#"{"defaults":{"s3Bucket":"b","s3Region":"r"},"key":"a"}"#, 400, "missing_field", "defaults"),
            (defaults, 400, "missing_field", "items"), (defaults + "\n\n\n", 400, "missing_field", "items"),
        ] as [(String, Int, String, String)]
    )
    func aBatchWithoutDefaultsOrItemsIsRefused(body: String, status: Int, code: String, field: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(Self.s3, body, headers: Self.ndjson)
            #expect(answer.status == status)
            #expect(try answer.json["code"] == .string(code))
            #expect(try answer.json["field"]?.string ?? "" == field)
        }
    }

    @Test func moreItemsThanJSONMayHoldAreRefusedWithTheWayOut() async throws {
        try await HTTPFixture.run { fixture in
            func body(_ count: Int) -> String {
                let items = (0..<count).map { #"{"key":"\#($0)"}"# }.joined(separator: ",")
                return #"{"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1"},"items":[\#(items)]}"#
            }
            #expect(try await fixture.post(Self.s3, body(10_000)).json["summary"]?["signed"] == 10_000)
            for (answer, code) in [
                (try await fixture.post(Self.s3, body(10_001)), "too_many_items"),
                (try await fixture.post(Self.s3, body(0)), "missing_field"),
            ] {
                #expect(answer.status == (code == "too_many_items" ? 413 : 400))
                #expect(try answer.json["code"] == .string(code))
                #expect(try answer.json["field"] == "items")
                if answer.status == 413 {
                    #expect(try answer.json["detail"]?.string?.contains("application/x-ndjson") == true)
                }
            }
        }
        try await HTTPFixture.run({ $0.maxBatchBodyBytes = 100 }) { fixture in
            let answer = try await fixture.post(
                Self.s3,
                #"{"defaults":{},"items":[\#(String(repeating: " ", count: 99))]}"#
            )
            #expect(answer.status == 413)
            #expect(try answer.json["code"] == "body_too_large")
            #expect(try answer.json["detail"]?.string?.contains("application/x-ndjson") == true)
        }
    }

    @Test func whatIsWrongWithAllItemsIsTheStatus() async throws {
        try await HTTPFixture.run(workers: { .reply($0.refused("invalid_bucket", field: "s3Bucket")) }) { fixture in
            let answer = try await post(fixture, [Self.defaults, Self.item(0), Self.item(1)])
            #expect(answer.status == 400)
            #expect(try answer.json["code"] == "invalid_bucket")
            #expect(try answer.json["field"] == "defaults.s3Bucket")
        }
        // A chunk of one fails as a whole with its item: that is the item's failure.
        try await HTTPFixture.run(workers: { .reply($0.refused("invalid_key", field: "items[0].key")) }) { fixture in
            let answer = try await post(fixture, [Self.defaults, Self.item(0)])
            #expect(answer.status == 200)
            let item = try #require(Self.items(try Self.lines(answer)).first)
            #expect(item["code"] == "invalid_key" && item["field"] == "key" && item["id"] == "i0")
        }
    }

    @Test func aChunkThatFailsLaterFailsItsItemsWithTheirNames() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { job in
            switch job.job.chunk {
            case 1: .reply(job.refused("quarantined"))
            case 2: .delivery(.failed(.unavailable))
            default: .reply(job.signed())
            }
        }
        try await HTTPFixture.run(workers: play) { fixture in
            let answer = try await post(fixture, [Self.defaults] + (0..<3_000).map(Self.item))
            let items = Self.items(try Self.lines(answer))
            #expect(items.compactMap { $0["id"]?.string } == (0..<3_000).map { "i\($0)" })
            #expect(Set(items.compactMap { $0["code"]?.string }) == ["quarantined", "broker_unavailable"])
            let summary = try #require(try Self.lines(answer).last)
            #expect(summary["complete"] == true && summary["items"] == 3_000)
        }
    }

    @Test func aChunkThatNobodyAnswersExpires() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { $0.job.chunk == 0 ? .reply($0.signed()) : .silence }
        try await HTTPFixture.run(workers: play) { fixture in
            async let answer = post(fixture, [Self.defaults] + (0..<3_000).map(Self.item))
            var seen = 0
            while seen < 3_000 { seen += try #require(await fixture.workers.next()).signing.items.count }
            fixture.clock.advance(by: 300_001)
            let items = Self.items(try Self.lines(try await answer))
            #expect(items.count == 3_000)
            #expect(items.last?["code"] == "expired")
            #expect(items.first?["status"] == "signed")
        }
    }

    @Test func moreBatchesThanAllowedAreRefusedAndAnEndedOneMakesRoom() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { _ in .silence }
        try await HTTPFixture.run({ $0.maxBatches = 1 }, workers: play) { fixture in
            async let first = post(fixture, [Self.defaults, Self.item(0)])
            let job = try #require(await fixture.workers.next())
            let refused = try await post(fixture, [Self.defaults, Self.item(1)])
            #expect(refused.status == 503)
            #expect(refused.header("retry-after") == "1")
            #expect(try refused.json["code"] == "overloaded")
            fixture.workers.send(job.signed(), to: job)
            #expect(try await first.status == 200)
            async let second = post(fixture, [Self.defaults, Self.item(2)])
            let other = try #require(await fixture.workers.next())
            fixture.workers.send(other.signed(), to: other)
            #expect(try await second.status == 200)
        }
    }

    @Test func aBatchThatEndsWithItsGatewayTellsWhatIsDone() async throws {
        let play: @Sendable (ReceivedJob) -> FakeWorkers.Act = { $0.job.chunk == 0 ? .reply($0.signed()) : .silence }
        try await HTTPFixture.run(workers: play) { fixture in
            async let answer = post(fixture, [Self.defaults] + (0..<2_000).map(Self.item))
            while try #require(await fixture.workers.next()).job.chunk == 0 {}
            fixture.batches.close()
            let lines = try Self.lines(try await answer)
            let problem = try #require(lines.first { $0["type"] == "problem" })
            #expect(problem["code"] == "not_ready")
            #expect(lines.last?["complete"] == false)
            #expect(lines.last?["signed"] == .number(Double(Self.items(lines).count)))
            let refused = try await post(fixture, [Self.defaults, Self.item(0)])
            #expect(refused.status == 503)
        }
    }

    @Test func unusableOrderIsRefused() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await post(fixture, [Self.defaults, Self.item(0)], query: "?order=random")
            #expect(answer.status == 400)
            #expect(try answer.json["field"] == "order")
        }
    }
}
