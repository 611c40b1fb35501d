// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A job that ends every worker which takes it: here by a signal in the middle of it.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct QuarantineTests {
    private static let jobs = 6

    @Test func theJobThatEndsItsWorkersIsQuarantinedAndItsNeighboursAreAnswered() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "key.pem").path
        try #require(
            try await runToEnd(
                "openssl",
                ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096", "-quiet", "-out", key]
            ).0.isSuccess
        )
        let profiles = folder.appending(path: "profiles.json")
        try JSONSerialization.data(
            withJSONObject: [
                "cloudFrontKeyRings": ["default": ["keys": [["keyPairId": "K1", "privateKeyFile": key]]]]
            ]
        ).write(to: profiles)
        var options = Platform.Options(worker: ["SIGNET_WORKER_PROFILES_FILE": profiles.path])
        options.startsWorker = false
        try await Platform.run(options) { platform in
            let kcat = Kcat(bootstrapServers: platform.bootstrapServers)
            // Each takes most of a second: long enough to end a worker in the middle of it.
            let jobs = (0..<Self.jobs).map { _ in
                DirectJob([
                    "cloudFrontSigning": [
                        "domain": "d111111abcdef8.cloudfront.net",
                        "items": (0..<500).map { ["key": "object-\($0)"] },
                    ]
                ])
            }
            for job in jobs {
                try await kcat.produce(
                    platform.topic("jobs.bulk"),
                    Data(JSONAnswer.text(of: job.json).utf8),
                    headers: [
                        ("kafka_replyTopic", platform.topic("replies")), ("kafka_replyPartition", "0"),
                        ("kafka_correlationId", job.correlationID),
                    ],
                    partition: 3
                )
            }

            let first = try await platform.startWorker()
            // When the first is answered the others are in the worker's hands, or the first with them.
            _ = try await kcat.consume(platform.topic("replies"), partition: 0, count: 1, format: "%o\n")
            first.child.kill()
            var suspects: [Int] = []
            for crashes in [1, 2] {
                let next = try await platform.startWorker()
                let line = try await next.child.waitForLine(on: .stderr) { $0.contains("Suspected record runs alone") }
                next.child.kill()
                #expect(line.contains("crashes=\(crashes)"))
                let offset = try #require(line.firstMatch(of: /offset=([0-9]+)/))
                suspects.append(try #require(Int(offset.1)))
            }
            let suspect = suspects[0]
            #expect(suspects == [suspect, suspect])
            try #require(jobs.indices.contains(suspect))
            let last = try await platform.startWorker()
            _ = try await last.child.waitForLine(on: .stderr) { $0.contains("Record quarantined") }
            let others = Set(
                jobs.indices.filter { $0 != suspect }.map { "kafka_correlationId=\(jobs[$0].correlationID)" }
            )
            let child = try ChildProcess(
                "kcat",
                [
                    "-b", platform.bootstrapServers, "-X", "fetch.wait.max.ms=2", "-C", "-t", platform.topic("replies"),
                    "-p", "0", "-o", "beginning", "-q", "-u", "-f", "%h\n",
                ]
            )
            defer { child.kill() }
            try await withDeadline(.seconds(120), for: "the replies of \(others.count) jobs") {
                var missing = others
                for await line in child.stdout.lines {
                    missing = missing.filter { !line.contains($0) }
                    if missing.isEmpty { return }
                }
            }
            let letters = String(decoding: try await kcat.dump(platform.topic("jobs.bulk-dlt")), as: UTF8.self)
            #expect(letters.components(separatedBy: "kafka_dlt-exception-fqcn=quarantined").count == 2)
            #expect(letters.contains(jobs[suspect].correlationID))
        }
    }
}
