// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What becomes of accepted jobs when processes die.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct CrashTests {
    private static let requests = 300

    private static var body: String {
        """
        {"filename":"photo.jpg","contentType":"image/jpeg","s3AccessKey":"AKIAIOSFODNN7EXAMPLE",\
        "s3SecretKey":"a-secret-of-the-tests","s3Bucket":"my-bucket","s3Region":"us-east-1"}
        """
    }

    /// The client writes down what was accepted; the end of each is read from Kafka and from HTTP.
    @Test func workerThatIsKilledUnderLoadLosesNoAcceptedJob() async throws {
        try await Platform.run { platform in
            let first = try #require(platform.processes.last)
            let accepted = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await Self.accept(on: platform) } }
                var jobs: [String] = []
                var started = 8
                while let job = try await group.next() {
                    jobs.append(job)
                    // In the middle of the load.
                    if jobs.count == Self.requests / 3 { first.child.kill() }
                    if jobs.count == Self.requests * 2 / 3 { try await platform.startWorker() }
                    if started < Self.requests {
                        started += 1
                        group.addTask { try await Self.accept(on: platform) }
                    }
                }
                return jobs
            }
            let ids = Set(accepted)
            #expect(ids.count == Self.requests)
            #expect(try await first.child.exitStatus() == .signalled(SIGKILL))

            // The results' keys are the jobs' ids.
            try await Kcat(bootstrapServers: platform.bootstrapServers)
                .wait(for: ids, on: platform.topic("results"), format: "%k\n")
            for id in ids {
                #expect(try await platform.end(of: id, at: platform.url)["state"] as? String == "done", "job \(id)")
            }
        }
    }

    /// Sends one request that does not wait.
    ///
    /// - Returns: The job's id.
    private static func accept(on platform: Platform) async throws -> String {
        let answer = try await JSONAnswer(
            platform.post("/api/v1/upload/s3/signed-url", body, headers: [("prefer", "respond-async")])
        )
        #expect(answer.status == 202)
        return try answer.text("jobId")
    }
}
