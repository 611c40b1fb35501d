// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet batch` against a platform.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct BatchCommandTests {
    private static let profile = Platform.Options(
        worker: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret"]
    )
    private static let bucket = ["--bucket", "my-bucket", "--region", "eu-central-1"]

    private struct Run {
        let code: ChildProcess.ExitStatus
        let output: Data
        let errors: String

        var lines: [String] { String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init) }
    }

    private static func batch(_ arguments: [String], input: Data = Data()) async throws -> Run {
        let (status, output, errors) = try await runToEnd(
            ProductExecutables.signet().path,
            ["batch"] + arguments,
            input: input
        )
        return Run(code: status, output: output, errors: String(decoding: errors, as: UTF8.self))
    }

    @Test func keysAndItemsOfAFileBecomeResults() async throws {
        try await Platform.run(Self.profile) { platform in
            let keys = (0..<3_000).map { "a b/\"\($0)\" ü.jpg" }
            let text = keys.joined(separator: "\n") + "\n\n" + #"{"id":"last","key":"z","versionId":"v1"}"#
            let run = try await Self.batch(["--gateway", platform.url] + Self.bucket, input: Data(text.utf8))
            #expect(run.code == .exited(code: 0), "\(run.errors)")
            let items = try run.lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }.filter { $0["type"] as? String == "item" }
            #expect(items.dropLast().map { $0["key"] as? String } == keys)
            #expect(items.last?["id"] as? String == "last")
            #expect(items.last?["line"] as? Int == 3_003)
            #expect((items.last?["url"] as? String)?.contains("versionId=v1") == true)
            #expect(run.errors.contains("3001 URLs"))

            let folder = FileManager.default.temporaryDirectory.appending(path: "signet-batch-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: "keys.txt").path
            try Data("one\ntwo\n".utf8).write(to: URL(filePath: file))
            let urls = try await Self.batch([file, "--gateway", platform.url, "--urls", "--quiet"] + Self.bucket)
            #expect(urls.code == .exited(code: 0))
            #expect(urls.lines.count == 2 && urls.errors.isEmpty)
            #expect(urls.lines[1].hasPrefix("https://my-bucket.s3.eu-central-1.amazonaws.com/two?X-Amz-Algorithm="))
        }
    }

    @Test func aFailedItemIsToldAndEndsWithOne() async throws {
        try await Platform.run(Self.profile) { platform in
            let input = Data("good\n{broken\n".utf8)
            let run = try await Self.batch(["--gateway", platform.url, "--urls"] + Self.bucket, input: input)
            #expect(run.code == .exited(code: 1))
            #expect(run.lines.count == 1)
            #expect(run.errors.contains(#""line":3,"status":"failed","code":"malformed""#))

            let wrong = try await Self.batch(
                ["--gateway", platform.url, "--bucket", "No", "--region", "eu-central-1"],
                input: input
            )
            #expect(wrong.code == .exited(code: 1))
            #expect(wrong.errors.contains("invalid_bucket at defaults.s3Bucket"))
        }
    }

    @Test(arguments: [
        (["--bucket", "b", "--region", "r", "--gateway", "http://127.0.0.1:1"], "no gateway answers at", Int32(1)),
        (["/no/such/file", "--bucket", "b", "--region", "r"], "/no/such/file cannot be read", 1),
        (["--bucket", "b", "--region", "r", "--defaults", "/no/such/file"], "no file with a JSON object", 1),
        ([], "name --bucket and --region", 64),
        (["--cloud-front", "d", "--bucket", "b"], "without the options of S3", 64),
        (["--bucket", "b", "--region", "r", "--expires-in", "0"], "at least 1", 64),
    ])
    func everySlipIsAnErrorThatSaysWhatToDo(arguments: [String], message: String, code: Int32) async throws {
        let run = try await Self.batch(arguments, input: Data("k\n".utf8))
        #expect(run.code == .exited(code: code))
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(run.output.isEmpty)
    }
}
