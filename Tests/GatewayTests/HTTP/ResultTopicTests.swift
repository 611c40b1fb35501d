// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import NIOHTTP1
import Testing

/// Batches whose results go to a topic of the caller's, with workers that the test plays.
@Suite(.timeLimit(.minutes(1))) struct ResultTopicTests {
    private static let later: HTTPHeaders = ["content-type": "application/x-ndjson", "prefer": "respond-async"]
    private static let allowed = ReplyTopicPolicy(patterns: ["acme.*", "missing", "signet.*"])

    private func post(
        _ fixture: HTTPFixture,
        _ lines: [String],
        query: String,
        headers: HTTPHeaders = later
    ) async throws -> HTTPAnswer {
        try await fixture.post(
            BatchTests.s3 + query,
            ([BatchTests.defaults] + lines).joined(separator: "\n"),
            headers: headers
        )
    }

    @Test(arguments: [("", "application/json"), ("&resultFormat=protobuf", "application/protobuf")])
    func workersAnswerToTheTopicAndTheJobIsDoneWithoutResultsHere(query: String, format: String) async throws {
        try await HTTPFixture.run({ $0.resultTopics = Self.allowed }) { fixture in
            let lines = [#"{"key":"a"}"#, "{broken", #"{"id":"c","key":"b","bogus":1}"#]
            let answer = try await post(fixture, lines, query: "?resultTopic=acme.urls" + query)
            #expect(answer.status == 202)
            let accepted = try answer.json
            #expect(accepted["resultTopic"] == "acme.urls")
            #expect(accepted["results"] == nil)
            #expect(accepted["refreshToken"]?.string != nil)
            guard case .array(let warnings)? = accepted["warnings"] else {
                Issue.record("no warnings")
                return
            }
            // Who reads the topic does not learn of it.
            #expect(warnings.count == 1)
            #expect(warnings.first?.string?.hasPrefix("line 3 was refused: ") == true)

            let job = try #require(await fixture.workers.next())
            let id = try #require(accepted["jobId"]?.string)
            #expect(job.job.tracked && job.job.waitUntilMs == 0)
            #expect(job.headers[HeaderNames.replyTopic] == Array("acme.urls".utf8))
            #expect(job.headers[HeaderNames.replyPartition] == nil)
            #expect(job.headers[HeaderNames.accept] == Array(format.utf8))

            let state = try await fixture.get("/api/v1/jobs/\(id)").json
            #expect(state["state"] == "done")
            #expect(state["resultTopic"] == "acme.urls")
            #expect(state["results"] == nil)
            let results = try await fixture.get("/api/v1/jobs/\(id)/results")
            #expect(results.status == 404)
            #expect(try results.json["detail"]?.string?.contains("acme.urls") == true)
        }
    }

    @Test(
        arguments: [
            ("?resultTopic=other", "resultTopic", "reply_topic_not_allowed", 403),
            ("?resultTopic=signet.replies", "resultTopic", "reply_topic_not_allowed", 403),
            ("?resultTopic=missing", "resultTopic", "unknown_reply_topic", 403),
            ("?resultTopic=acme.urls&resultFormat=xml", "resultFormat", "invalid_value", 400),
            ("?resultFormat=json", "resultTopic", "missing_field", 400),
        ]
    )
    func aTopicThatCannotBeIsRefusedBeforeAnythingIsSent(
        query: String,
        field: String,
        code: String,
        status: Int
    ) async throws {
        try await HTTPFixture.run({ $0.resultTopics = Self.allowed }) { fixture in
            let answer = try await post(fixture, [#"{"key":"a"}"#], query: query)
            #expect(answer.status == status)
            #expect(try answer.json["code"] == .string(code))
            #expect(try answer.json["field"] == .string(field))
        }
    }

    @Test func noTopicIsAllowedUnlessItIsConfiguredAndNoneWithoutPreferringToWait() async throws {
        try await HTTPFixture.run { fixture in
            let answer = try await post(fixture, [#"{"key":"a"}"#], query: "?resultTopic=acme.urls")
            #expect(answer.status == 403)
        }
        try await HTTPFixture.run({ $0.resultTopics = Self.allowed }) { fixture in
            let query = "?resultTopic=acme.urls"
            let answer = try await post(fixture, [#"{"key":"a"}"#], query: query, headers: BatchTests.ndjson)
            #expect(answer.status == 400)
            #expect(try answer.json["detail"]?.string?.contains("Prefer: respond-async") == true)
        }
    }
}
