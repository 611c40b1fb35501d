// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs a script in the tests' Python environment.
enum Python {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// `SIGNET_TEST_VENV`, else the place where the bootstrap script makes it, else whatever `python3` is.
    private static var command: [String] {
        let environment = ProcessInfo.processInfo.environment
        let venv =
            environment["SIGNET_TEST_VENV"]
            ?? NSString(string: "~/.cache/signet/test-venv").expandingTildeInPath
        let python = venv + "/bin/python"
        return FileManager.default.isExecutableFile(atPath: python) ? [python] : ["/usr/bin/env", "python3"]
    }

    /// Gives `input` to the script on standard input, and its standard output back.
    ///
    /// - Throws: What the script said on standard error, if it failed: a missing module, say.
    static func run(_ script: String, input: String) async throws -> Data {
        // Waiting for a process blocks its thread: none of the tests' own.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try runAndWait(script, input: input) })
            }
        }
    }

    private static func runAndWait(_ script: String, input: String) throws -> Data {
        let directory = FileManager.default.temporaryDirectory.appending(path: "signet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Files instead of pipes: no side can wait for the other.
        let files = ["in", "out", "err"].map { directory.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }

        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command[1...]) + ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let error = try String(decoding: Data(contentsOf: files[2]), as: UTF8.self)
            throw Failure(description: "\(command.joined(separator: " ")) failed: \(error)")
        }
        return try Data(contentsOf: files[1])
    }
}
