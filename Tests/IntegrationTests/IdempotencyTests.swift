// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Requests that are sent again, to whichever gateway.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct IdempotencyTests {
    @Test func anotherGatewayHasTheAnswerThatTheFirstOneGave() async throws {
        let options = Platform.Options(
            worker: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret"]
        )
        try await Platform.run(options) { platform in
            let other = try await platform.startGateway(instance: "other")
            let url = String(other.ready.dropFirst("ready ".count))
            let body = #"{"filename":"f.jpg","contentType":"image/jpeg","s3Bucket":"my-bucket","s3Region":"us-east-1"}"#
            @Sendable func post(_ url: String, key: String, _ body: String) async throws -> CurlResponse {
                try await Curl.send(
                    "POST",
                    url + "/api/v1/upload/s3/signed-url",
                    headers: [("content-type", "application/json"), ("idempotency-key", key)],
                    body: Data(body.utf8)
                )
            }
            let first = try await post(platform.url, key: "order-7", body)
            #expect(first.status == 200)
            let again = try await withDeadline(for: "the stored answer") {
                while true {
                    let answer = try await post(url, key: "order-7", body)
                    // Until it has heard of the job, the other one is in the documented window: it would sign again.
                    if answer.headers["idempotent-replayed"] == "true" { return answer }
                }
            }
            #expect(again.status == 200)
            #expect(try JSONAnswer(again).text("key") == JSONAnswer(first).text("key"))
            let reused = try await post(url, key: "order-7", body.replacingOccurrences(of: "f.jpg", with: "g.jpg"))
            #expect(reused.status == 422)
            #expect(try JSONAnswer(reused).text("code") == "idempotency_key_reused")
        }
    }
}
