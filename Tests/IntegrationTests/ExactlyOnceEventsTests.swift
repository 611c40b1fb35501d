// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `worker.eventDelivery=exactly-once` by processes: a worker is killed under load, another one of the same name goes on.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct ExactlyOnceEventsTests {
    private static let requests = 200

    private static let options = Platform.Options(worker: [
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
        "SIGNET_WORKER_EVENT_DELIVERY": "exactly-once", "SIGNET_KAFKA_GROUP_INSTANCE_ID": "one",
    ])

    private static let body = """
        {"key":"k","s3Bucket":"my-bucket","s3Region":"us-east-1"}
        """

    /// The embedded broker shows aborted records and keeps no offsets of transactions: there each event is seen at least once.
    @Test func eventOfEachJobIsThereThoughTheWorkerIsKilled() async throws {
        try await Platform.run(Self.options) { platform in
            let first = try #require(platform.processes.last)
            var ids: Set<String> = []
            for number in 0..<Self.requests {
                let answer = try await JSONAnswer(
                    platform.post(
                        "/api/v1/download/s3/signed-url",
                        Self.body,
                        headers: [("prefer", "respond-async")]
                    )
                )
                #expect(answer.status == 202)
                ids.insert(try answer.text("jobId"))
                if number == Self.requests / 2 { first.child.kill() }
            }
            try await platform.startWorker()
            for id in ids {
                #expect(try await platform.end(of: id, at: platform.url)["state"] as? String == "done")
            }
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            let names = Set(ids.map { "\($0)/0/signet.urls.minted.v1" })
            try await kcat.wait(for: names, on: platform.topic("metrics"), format: "%h\n", extracting: "ce_id=")
            // kcat reads what is committed.
            let events = try await kcat.count(platform.topic("metrics"))
            if platform.broker == nil { #expect(events == Self.requests) } else { #expect(events >= Self.requests) }
        }
    }
}
