// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The programs of the documentation, as they stand there.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct ProducingTests {
    private static let page = Repository.file("Sources/SignetCommand/SignetCommand.docc/Producing.md")

    /// The only block of code in a language.
    private static func program(in language: String) throws -> String {
        let text = try String(contentsOf: page, encoding: .utf8)
        let parts = text.components(separatedBy: "```\(language)\n").dropFirst()
        #expect(parts.count == 1)
        return try #require(parts.first?.components(separatedBy: "\n```").first)
    }

    @Test func thePythonProgramGetsURLsThatAreGood() async throws {
        let s3 = try await RadosGateway.shared()
        let topic = "acme-\(UUID().uuidString.lowercased())"
        let options = Platform.Options(
            worker: [
                "AWS_ACCESS_KEY_ID": s3.accessKey, "AWS_SECRET_ACCESS_KEY": s3.secretKey,
                "SIGNET_REPLIES_ALLOWED": "t*.replies*,acme-*",
                // Replies of several parts.
                "SIGNET_WORKER_MAX_REPLY_BYTES": "60000",
            ]
        )
        try await Platform.run(options) { platform in
            // Makes the topic; what lies there is nobody's reply.
            try await Kcat(bootstrapServers: platform.bootstrapServers).produce(topic, Data("{}".utf8), partition: 0)
            let common = [
                "s3Bucket": s3.bucket, "s3Region": s3.region, "s3Endpoint": s3.endpoint, "operation": "PutObject",
            ]
            let keys = (0..<1_100).map { "producing/Größe \($0)" }
            let program = try Self.program(in: "python")
            func run(_ common: [String: String], keys: [String]) async throws -> [String: String] {
                let output = try await PythonEnvironment.run(
                    source: program,
                    arguments: [
                        platform.bootstrapServers, platform.topic("jobs.signing"), topic,
                        try JSONAnswer.text(of: common),
                    ] + keys
                )
                let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
                let pairs = lines.map { $0.split(separator: "\t").map(String.init) }
                #expect(pairs.allSatisfy { $0.count == 2 } && pairs.count == keys.count)
                return Dictionary(pairs.map { ($0[0], $0[1]) }) { $1 }
            }
            let uploads = try await run(common, keys: keys)
            #expect(uploads.count == 1_100)
            let sample = [0, 499, 500, 1_099]
            for number in sample {
                let url = uploads["\(number)"] ?? ""
                #expect(try await Curl.send("PUT", url, body: Data("\(number)".utf8)).status == 200)
            }
            let reads = try await run(
                common.merging(["operation": "GetObject"]) { $1 },
                keys: sample.map { keys[$0] } + [String(repeating: "k", count: 1_025)]
            )
            for (place, number) in sample.enumerated() {
                #expect(try await Curl.send("GET", reads["\(place)"] ?? "").text == "\(number)")
            }
            #expect(reads["4"]?.hasPrefix("invalid_key: ") == true)
        }
    }
}
