// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Contract
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Batches that are signed again by their tokens, with workers that the test plays.
@Suite(.timeLimit(.minutes(1))) struct RefreshTests {
    static let path = "/api/v1/batch/refresh"

    private static func lines(_ answer: HTTPAnswer) throws -> [JSON] {
        try String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map { try JSON(Data($0.utf8)) }
    }

    private static func items(_ answer: HTTPAnswer) throws -> [JSON] {
        try lines(answer).filter { $0["type"] == "item" }
    }

    private static func item(_ number: Int) -> String { #"{"id":"i\#(number)","key":"k/\#(number)"}"# }

    private func batch(_ fixture: HTTPFixture, _ lines: [String]) async throws -> (HTTPAnswer, token: String) {
        let body = ([BatchTests.defaults] + lines).joined(separator: "\n")
        let answer = try await fixture.post(BatchTests.s3, body, headers: BatchTests.ndjson)
        return (answer, try #require(try Self.lines(answer).last?["refreshToken"]?.string))
    }

    private func refresh(
        _ fixture: HTTPFixture,
        _ token: String,
        ids: [String]? = nil,
        query: String = ""
    ) async throws -> HTTPAnswer {
        var body: [String: Any] = ["refreshToken": token]
        body["ids"] = ids
        let json = try JSONSerialization.data(withJSONObject: body)
        return try await fixture.post(Self.path + query, String(decoding: json, as: UTF8.self))
    }

    // MARK: The same set

    @Test func aBatchIsSignedAgainWithItsItemsAndTheTimeOfNow() async throws {
        try await HTTPFixture.run { fixture in
            var lines = (0..<7_300).map(Self.item)
            lines[3] = "{broken"
            lines[700] = ""
            lines[7_299] = #"{"id":"last","key":"k","bogus":1}"#
            let (first, token) = try await batch(fixture, lines)
            let summary = try #require(try Self.lines(first).last)
            #expect(summary["refreshableUntil"] == "2023-11-15T10:13:20Z")

            fixture.clock.advance(by: 600_000)
            let again = try await refresh(fixture, token)
            #expect(again.status == 200)
            #expect(again.header("content-type") == "application/x-ndjson")
            let items = try Self.items(again)
            #expect(items == (try Self.items(first).filter { $0["status"] == "signed" }))
            #expect(items.count == 7_298)
            let end = try #require(try Self.lines(again).last)
            #expect(end["jobId"] == summary["jobId"])
            #expect(end["signed"] == 7_298 && end["failed"] == 0 && end["complete"] == true)
            #expect(end["expiresAt"] == "2023-11-14T23:23:20Z")
            // It is good up to its own end, and not by being used.
            #expect(end["refreshToken"] == nil)
            let twice = try await refresh(fixture, token)
            #expect(try Self.items(twice) == items)
        }
    }

    @Test func chunksThatAreSentAgainBelongToTheirJobAndCarryTheTimeOfNow() async throws {
        try await HTTPFixture.run { fixture in
            let (_, token) = try await batch(fixture, [Self.item(0)])
            let first = try #require(await fixture.workers.next())
            fixture.clock.advance(by: 60_000)
            #expect(try await refresh(fixture, token).status == 200)
            let again = try #require(await fixture.workers.next())
            #expect(again.job.jobID == first.job.jobID)
            #expect(again.job.signingTimeMs == first.job.signingTimeMs + 60_000)
            #expect(again.job.deadlineMs == first.job.deadlineMs + 60_000)
            #expect(again.job.s3Signing == first.job.s3Signing)
            #expect(again.correlationID != first.correlationID)
        }
    }

    @Test func someItemsAreSignedAgainByTheirIDs() async throws {
        try await HTTPFixture.run { fixture in
            let (_, token) = try await batch(fixture, (0..<1_700).map(Self.item) + [Self.item(7)])
            let answer = try await refresh(fixture, token, ids: ["i1699", "nobody", "i7", "i600", "i7"])
            #expect(answer.status == 200)
            let items = try Self.items(answer)
            #expect(items.compactMap { $0["id"]?.string } == ["i7", "i600", "i1699", "i7", "nobody"])
            #expect(items.compactMap { $0["line"] } == [9, 602, 1_701, 1_702])
            #expect(items.last?["status"] == "failed")
            #expect(items.last?["code"] == "unknown_item")
            #expect(items.last?["field"] == "ids")
            let summary = try #require(try Self.lines(answer).last)
            #expect(summary["signed"] == 4 && summary["failed"] == 1 && summary["complete"] == true)

            let none = try await refresh(fixture, token, ids: ["nobody"])
            #expect(none.status == 404)
            #expect(try none.json["code"] == "unknown_item")
        }
    }

    @Test func madeKeysStayThoseOfTheirPlaces() async throws {
        try await HTTPFixture.run { fixture in
            let upload = #"{"defaults":{"s3Bucket":"my-bucket","s3Region":"us-east-1","operation":"PutObject"}}"#
            let lines = [upload] + (0..<40).map { #"{"id":"i\#($0)","filename":"f\#($0).jpg"}"# }
            let body = lines.joined(separator: "\n")
            let first = try await fixture.post(BatchTests.s3, body, headers: BatchTests.ndjson)
            let token = try #require(try Self.lines(first).last?["refreshToken"]?.string)
            // Which chunk an item went in is a matter of time: only its place in the batch is not.
            var places: [String: UInt64] = [:]
            var seen = 0
            while seen < 40, let chunk = await fixture.workers.next() {
                for (index, item) in chunk.signing.items.enumerated() {
                    places[item.id] = chunk.signing.firstItem + UInt64(index)
                    seen += 1
                }
            }
            #expect(places == Dictionary((0..<40).map { ("i\($0)", UInt64($0)) }) { $1 })

            let wanted = ["i2", "i3", "i4", "i9", "i39"]
            let answer = try await refresh(fixture, token, ids: wanted)
            #expect(try Self.items(answer).compactMap { $0["id"]?.string } == wanted)
            var again: [String: UInt64] = [:]
            while again.count < wanted.count, let chunk = await fixture.workers.next() {
                for (index, item) in chunk.signing.items.enumerated() {
                    again[item.id] = chunk.signing.firstItem + UInt64(index)
                }
            }
            #expect(again == places.filter { wanted.contains($0.key) })
        }
    }

    @Test func aJSONBatchIsAnsweredAsOneAndSoIsOneOfCloudFront() async throws {
        try await HTTPFixture.run(workers: { .reply($0.signedByCloudFront()) }) { fixture in
            let body =
                #"{"defaults":{"domain":"d1.cloudfront.net"},"items":[{"id":"a","key":"x"},{"id":"b","key":"y"}]}"#
            let first = try await fixture.post(BatchTests.cloudFront, body)
            #expect(first.status == 200)
            let token = try #require(try first.json["summary"]?["refreshToken"]?.string)
            let again = try await refresh(fixture, token, ids: ["b"])
            #expect(again.header("content-type") == "application/json")
            guard case .array(let items)? = try again.json["items"] else {
                Issue.record("no items")
                return
            }
            #expect(items.count == 1)
            #expect(items.first?["index"] == 1 && items.first?["id"] == "b" && items.first?["key"] == "y")
        }
    }

    @Test func anAcceptedBatchHasItsTokenAtOnce() async throws {
        try await HTTPFixture.run { fixture in
            let body = ([BatchTests.defaults] + (0..<1_200).map(Self.item)).joined(separator: "\n")
            let headers: HTTPHeaders = ["content-type": "application/x-ndjson", "prefer": "respond-async"]
            let accepted = try await fixture.post(BatchTests.s3, body, headers: headers)
            #expect(accepted.status == 202)
            let token = try #require(try accepted.json["refreshToken"]?.string)
            let again = try await refresh(fixture, token, query: "?order=completion")
            #expect(try Self.items(again).count == 1_200)
        }
    }

    @Test func aBatchOfWhichSomethingIsNotKnownHasNoToken() async throws {
        // Replied to, though its delivery was never confirmed.
        try await HTTPFixture.run(workers: { _ in .delivery(.unknown) }) { fixture in
            let body = [BatchTests.defaults, Self.item(0)].joined(separator: "\n")
            async let answer = fixture.post(BatchTests.s3, body, headers: BatchTests.ndjson)
            let job = try #require(await fixture.workers.next())
            fixture.workers.send(job.signed(), to: job)
            let summary = try #require(try Self.lines(try await answer).last)
            #expect(summary["signed"] == 1)
            #expect(summary["refreshToken"] == nil)
        }
        try await HTTPFixture.run({ $0.refreshLifetime = .zero }) { fixture in
            let body = [BatchTests.defaults, Self.item(0)].joined(separator: "\n")
            let answer = try await fixture.post(BatchTests.s3, body, headers: BatchTests.ndjson)
            #expect(try Self.lines(answer).last?["refreshToken"] == nil)
        }
    }

    // MARK: Tokens that are no good

    @Test func aTokenThatWasChangedIsRefused() async throws {
        try await HTTPFixture.run { fixture in
            let (_, token) = try await batch(fixture, (0..<3).map(Self.item))
            var generator = SeededGenerator.printed("forged tokens")
            for _ in 0..<60 {
                var text = Array(token.utf8)
                let place = Int.random(in: text.indices, using: &generator)
                // The last letter holds fewer bits than others.
                text[place] = text[place] == UInt8(ascii: "A") ? UInt8(ascii: "w") : UInt8(ascii: "A")
                let answer = try await refresh(fixture, String(decoding: text, as: UTF8.self))
                #expect(answer.status == 403)
                #expect(try answer.json["code"] == "invalid_token")
                #expect(try answer.json["field"] == "refreshToken")
                #expect(!String(decoding: answer.body, as: UTF8.self).contains(token.suffix(20)))
            }
            for text in [
                "x", "AA", "ÄÖ", String(token.dropLast(4)), token + "AAAA", String(repeating: "A", count: 9_999),
            ] {
                #expect(try await refresh(fixture, text).status == 403)
            }
            #expect(try await refresh(fixture, token).status == 200)
        }
    }

    @Test func aTokenEndsAtItsOwnTime() async throws {
        try await HTTPFixture.run({ $0.refreshLifetime = .seconds(3_600) }) { fixture in
            let (_, token) = try await batch(fixture, [Self.item(0)])
            fixture.clock.advance(by: 3_599_999)
            #expect(try await refresh(fixture, token).status == 200)
            fixture.clock.advance(by: 1)
            let answer = try await refresh(fixture, token)
            #expect(answer.status == 410)
            #expect(try answer.json["code"] == "token_expired")
        }
    }

    @Test func aTokenIsGoodAtGatewaysOfItsKeyAndTenantAlone() async throws {
        let key = TokenKey()
        var token = ""
        try await HTTPFixture.run({ $0.tokenKeys = [key] }) { fixture in
            token = try await batch(fixture, [Self.item(0)]).token
        }
        try await HTTPFixture.run({ $0.tokenKeys = [TokenKey(), key] }) { fixture in
            // It opens, though this one's records are others.
            let answer = try await refresh(fixture, token)
            #expect(answer.status == 410)
            #expect(try answer.json["code"] == "result_gone")
        }
        try await HTTPFixture.run({ $0.tokenKeys = [TokenKey()] }) { fixture in
            let answer = try await refresh(fixture, token)
            #expect(answer.status == 403)
            #expect(try answer.json["detail"]?.string?.contains("gateway.tokenKeysFile") == true)
        }
        try await HTTPFixture.run({
            $0.tokenKeys = [key]
            $0.tenant = "other"
        }) { fixture in
            let answer = try await refresh(fixture, token)
            #expect(answer.status == 403)
            #expect(try answer.json["detail"]?.string?.contains("another tenant") == true)
        }
    }

    @Test func itemsThatKafkaKeepsNoLongerAreGone() async throws {
        try await HTTPFixture.run { fixture in
            let (_, token) = try await batch(fixture, (0..<3).map(Self.item))
            fixture.workers.forgetRecords()
            let answer = try await refresh(fixture, token)
            #expect(answer.status == 410)
            #expect(try answer.json["code"] == "result_gone")
        }
    }

    @Test(
        arguments: [
            ("{}", "refreshToken", "missing_field"),
            (#"{"refreshToken":7}"#, "refreshToken", "invalid_type"),
            (#"{"refreshToken":"x","ids":[]}"#, "ids", "invalid_value"),
            (#"{"refreshToken":"x","ids":["a",2]}"#, "ids[1]", "invalid_type"),
            (#"{"refreshToken":"x","ids":"a"}"#, "ids", "invalid_type"),
        ]
    )
    func aRequestThatIsNoneNamesItsField(body: String, field: String, code: String) async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await fixture.post(Self.path, body)
            #expect(answer.status == 400)
            #expect(try answer.json["field"] == .string(field))
            #expect(try answer.json["code"] == .string(code))
        }
    }
}
