// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The Python of the tests, which holds botocore.
enum Python {
    /// Why a script did not do its work.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// `SIGNET_TEST_VENV`, or where `docker/bootstrap.sh --test` puts the environment, or the system's Python.
    static var interpreter: URL {
        get throws {
            let files = FileManager.default
            if let environment = ProcessInfo.processInfo.environment["SIGNET_TEST_VENV"], !environment.isEmpty {
                let python = URL(fileURLWithPath: environment).appendingPathComponent("bin/python")
                guard files.isExecutableFile(atPath: python.path) else {
                    throw Failure(description: "SIGNET_TEST_VENV names \(environment), which has no bin/python")
                }
                return python
            }
            let usual = files.homeDirectoryForCurrentUser.appendingPathComponent(".cache/signet/test-venv/bin/python")
            if files.isExecutableFile(atPath: usual.path) { return usual }
            for folder in (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") {
                let python = URL(fileURLWithPath: String(folder)).appendingPathComponent("python3")
                if files.isExecutableFile(atPath: python.path) { return python }
            }
            throw Failure(description: "there is no python3; run docker/bootstrap.sh --test")
        }
    }

    /// Runs a script to its end.
    ///
    /// - Throws: `Failure` with what the script wrote to its standard error, if it did not end with 0.
    static func run(_ script: URL, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = try interpreter
        process.arguments = ["-B", script.path] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // A file: reading a pipe to its end would hold a thread that other tests need.
        let errors = FileManager.default.temporaryDirectory.appendingPathComponent("signet-python-\(UUID()).txt")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardError = try FileHandle(forWritingTo: errors)
        let (endings, ending) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            ending.yield(process.terminationStatus)
            ending.finish()
        }
        try process.run()
        for await status in endings where status != 0 {
            let text = try String(contentsOf: errors, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            throw Failure(description: "\(script.lastPathComponent) ended with \(status): \(text)")
        }
    }
}
