// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// One run of `signet` to its end.
struct SignetRun {
    let status: ChildProcess.ExitStatus
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws {
        // No credential of whoever runs the tests.
        let clean = ["HOME": "/nonexistent"].merging(environment) { $1 }
        let (status, stdout, stderr) = try await runToEnd(
            ProductExecutables.signet().path,
            arguments,
            environment: .inherited(adding: clean),
            input: Data(input.utf8)
        )
        self.status = status
        output = String(decoding: stdout, as: UTF8.self)
        errors = String(decoding: stderr, as: UTF8.self)
    }
}

/// A directory for one test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("signet-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String, _ text: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
