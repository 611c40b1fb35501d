// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Jobs that nobody waits for: their states and results are on Kafka, so any gateway knows them.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct JobStatesTests {
    private static let body = """
        {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"AKIAIOSFODNN7EXAMPLE",\
        "s3SecretKey":"a-secret-of-the-tests","s3Bucket":"my-bucket","s3Region":"us-east-1"}
        """
    private static let upload = "/api/v1/upload/s3/signed-url"

    private static func url(of gateway: SignetProcess) -> String { String(gateway.ready.dropFirst("ready ".count)) }

    private static func uploadURL(in job: JSONAnswer) throws -> String {
        let result = try #require(job["result"] as? [String: Any], "\(job.response.text)")
        return try #require(result["uploadUrl"] as? String)
    }

    @Test func asynchronousJobIsAnsweredByEveryGatewayThatRunsOrComes() async throws {
        try await Platform.run { platform in
            let second = try await platform.startGateway(instance: "second")
            let accepted = try await JSONAnswer(
                platform.post(Self.upload, Self.body, headers: [("prefer", "respond-async")])
            )
            #expect(accepted.status == 202)
            let id = try accepted.text("jobId")
            let there = try await platform.end(of: id, at: Self.url(of: second))
            let here = try await platform.end(of: id, at: platform.url)
            let later = try await platform.startGateway(instance: "later")
            let afterwards = try await platform.end(of: id, at: Self.url(of: later))
            let signed = try Self.uploadURL(in: here)
            #expect(signed.contains("X-Amz-Signature="))
            for answer in [there, afterwards] {
                #expect(answer["state"] as? String == "done")
                #expect(try Self.uploadURL(in: answer) == signed)
            }
            // Nobody waited, so nothing is on the reply topic.
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            #expect(try await kcat.count(platform.topic("replies")) == 0)
            #expect(try await kcat.count(platform.topic("results")) == 1)
        }
    }

    @Test func jobsOfAGatewayThatWasKilledAreAnsweredByAnother() async throws {
        var options = Platform.Options()
        options.startsWorker = false
        options.gateway = ["SIGNET_GATEWAY_WAIT_UNTIL": "100"]
        try await Platform.run(options) { platform in
            let second = try await platform.startGateway(instance: "second")
            var ids: [String] = []
            for index in 0..<10 {
                // One half waits and one half does not; both are told 202.
                let headers = index < 5 ? [("prefer", "respond-async")] : []
                let answer = try await JSONAnswer(platform.post(Self.upload, Self.body, headers: headers))
                #expect(answer.status == 202)
                ids.append(try answer.text("jobId"))
            }
            platform.gateway.child.kill()
            _ = try await platform.gateway.child.exitStatus()
            try await platform.startWorker()
            for id in ids {
                let job = try await platform.end(of: id, at: Self.url(of: second))
                #expect(job["state"] as? String == "done")
                #expect(try Self.uploadURL(in: job).contains("X-Amz-Signature="))
            }
        }
    }

    @Test func jobThatIsCancelledAtOneGatewayIsCancelledAtAll() async throws {
        var options = Platform.Options()
        options.startsWorker = false
        try await Platform.run(options) { platform in
            let second = try await platform.startGateway(instance: "second")
            let accepted = try await JSONAnswer(
                platform.post(Self.upload, Self.body, headers: [("prefer", "respond-async")])
            )
            let id = try accepted.text("jobId")
            let cancelled = try await JSONAnswer(Curl.send("DELETE", Self.url(of: second) + "/api/v1/jobs/\(id)"))
            #expect(cancelled["state"] as? String == "cancelled")
            #expect(try await platform.end(of: id, at: platform.url)["state"] as? String == "cancelled")
            try await platform.startWorker()
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            try await kcat.wait(for: ["\(id)/0"], on: platform.topic("job-states"), format: "%k\n")
            for url in [platform.url, Self.url(of: second)] {
                let answer = try await platform.end(of: id, at: url)
                #expect(answer["state"] as? String == "cancelled")
                #expect(answer["result"] == nil)
            }
        }
    }

    @Test func directJobWithoutAReplyTopicCanBeAskedForOverHTTP() async throws {
        var options = Platform.Options()
        options.worker = [
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
        ]
        try await Platform.run(options) { platform in
            let job = DirectJob([
                "s3Signing": [
                    "s3Bucket": "my-bucket", "s3Region": "us-east-1", "operation": "GetObject", "items": [["key": "k"]],
                ]
            ])
            let id = try #require(job.json["jobId"] as? String)
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            try await kcat.produce(platform.topic("jobs.signing"), Data(JSONAnswer.text(of: job.json).utf8))
            let answer = try await platform.end(of: id, at: platform.url)
            #expect(answer["state"] as? String == "done")
            let result = try #require(answer["result"] as? [String: Any])
            #expect((result["url"] as? String)?.contains("X-Amz-Signature=") == true)
        }
    }
}
