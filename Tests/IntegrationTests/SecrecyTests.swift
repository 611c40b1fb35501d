// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Where secrets may not be, after requests that succeeded and requests that failed in every way.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct SecrecyTests {
    private static let secrets = [
        "secret key": "wJalrXUtnFEMI+K7MDENG/bPxRfiCY=SECRET",
        "session token": "IQoJb3JpZ2luX2VjEJr//token+of=the/tests==",
        "customer key": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
        "profile secret": "profile/secret+of=the-tests/0123456789",
        "profile token": "profile-token+of=the/tests//0123==",
    ]

    private static func body(_ changes: [String: Any]) -> [String: Any] {
        [
            "filename": "photo.jpg", "contentType": "image/jpeg", "s3AccessKey": "AKIAIOSFODNN7EXAMPLE",
            "s3SecretKey": secrets["secret key"] ?? "", "s3SessionToken": secrets["session token"] ?? "",
            "s3Bucket": "my-bucket", "s3Region": "us-east-1", "s3CustomerKey": secrets["customer key"] ?? "",
        ].merging(changes) { $1 }
    }

    @Test func noSecretReachesATopicALogOrAMetricAndNoURLMoreThanTheReplies() async throws {
        var options = Platform.Options()
        options.worker = [
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7PROFILE", "AWS_SECRET_ACCESS_KEY": Self.secrets["profile secret"] ?? "",
            "AWS_SESSION_TOKEN": Self.secrets["profile token"] ?? "", "SIGNET_LOG_LEVEL": "trace",
        ]
        options.gateway = ["SIGNET_LOG_LEVEL": "trace"]
        try await Platform.run(options) { platform in
            let signed = try await platform.postUpload(Self.body([:]))
            #expect(signed.status == 200)
            let url = try signed.text("uploadUrl")
            // A session token is part of a presigned URL, and that goes to the caller alone.
            #expect(url.contains("X-Amz-Security-Token="))
            let signature = try #require(url.components(separatedBy: "X-Amz-Signature=").last)
            for wrong in [
                ["s3Region": "moon"], ["s3StorageClass": "COLD"], ["expiresIn": 0], ["contentType": "a\nb"],
                ["s3AccessKey": "bad key"], ["s3SecretKey": 7], ["credentialProfile": "x"],
            ] as [[String: Any]] {
                #expect(try await platform.postUpload(Self.body(wrong)).status >= 400)
            }
            let defaults = Self.body(["operation": "PutObject"]).filter { $0.key != "filename" }
            let batch = try await platform.post(
                "/api/v1/batch/s3/signed-urls",
                JSONAnswer.text(of: ["defaults": defaults, "items": [["key": "a"], ["key": 7]]])
            )
            #expect(batch.status == 200)
            #expect(batch.text.contains("X-Amz-Security-Token="))
            let later = try await platform.post(
                "/api/v1/batch/s3/signed-urls",
                JSONAnswer.text(of: ["defaults": defaults, "items": [["key": "a"], ["key": 7]]]),
                headers: [("prefer", "respond-async")]
            )
            #expect(try await platform.end(of: JSONAnswer(later).text("jobId"), at: platform.url)["state"] != nil)
            let broken = try JSONAnswer.text(of: Self.body([:])).dropLast()
            #expect(try await platform.post("/api/v1/upload/s3/signed-url", String(broken)).status == 400)
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            try await kcat.produce(platform.topic("jobs.signing"), Data("poison".utf8))
            let profile = DirectJob([
                "s3Signing": [
                    "s3Bucket": "my-bucket", "s3Region": "us-east-1", "operation": "GetObject", "items": [["key": "k"]],
                ]
            ])
            #expect(try await profile.send(to: platform).url().contains("X-Amz-Security-Token="))
            let asynchronous = try await platform.postUpload(Self.body([:]), headers: [("prefer", "respond-async")])
            #expect(asynchronous.status == 202)
            let kept = try await platform.end(of: asynchronous.text("jobId"), at: platform.url)
            #expect(kept["state"] as? String == "done")

            var places: [String: Data] = [:]
            for name in Platform.topicNames { places[name] = try await kcat.dump(platform.topic(name)) }
            for (index, process) in platform.processes.enumerated() {
                if process.ready.hasPrefix("bootstrap") { continue }
                let metrics = try await Curl.send("GET", process.managementURL() + "/metrics")
                #expect(metrics.text.contains("# TYPE"))
                places["metrics of process \(index)"] = metrics.body
            }
            for (index, process) in platform.processes.enumerated() {
                process.child.terminate()
                #expect(try await process.child.finish().isSuccess)
                places["output of process \(index)"] = process.child.stdout.data
                places["log of process \(index)"] = process.child.stderr.data
            }
            #expect(places.filter { $0.key.hasPrefix("log") && $0.value.count > 1_000 }.count == 2)

            for file in try platform.stateFiles() { places[file.lastPathComponent] = try Data(contentsOf: file) }
            #expect(places.contains { $0.key.hasPrefix("job-states-") && !$0.value.isEmpty })

            // Presigned URLs, and the tokens that they hold, reach replies and results only.
            let keys = Self.secrets.filter { !$0.key.contains("token") }
            for topic in ["replies", "results"] {
                let answers = places.removeValue(forKey: topic) ?? Data()
                #expect(try SecretScan(keys).findings(in: answers, place: topic).isEmpty)
                #expect(answers.range(of: Data("X-Amz-Security-Token".utf8)) != nil)
            }
            var hidden = Self.secrets
            hidden["signature"] = signature
            #expect(try SecretScan(hidden).findings(in: places) == [])
            for (place, data) in places { #expect(data.range(of: Data("X-Amz-Signature".utf8)) == nil, "\(place)") }
        }
    }
}
