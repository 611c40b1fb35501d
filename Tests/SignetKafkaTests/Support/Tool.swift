// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs programs that the tests need. One that is missing fails the test.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program with `input` on its standard input.
    ///
    /// - Returns: Its standard output.
    /// - Throws: `Failure` with its standard error if it cannot be started or ends with anything but 0.
    static func run(_ program: String, _ arguments: [String], input: Data = Data()) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try runAndWait(program, arguments, input) })
            }
        }
    }

    private static func runAndWait(_ program: String, _ arguments: [String], _ input: Data) throws -> Data {
        // Files, not pipes: nothing blocks whatever the sizes are.
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func handle(_ name: String, holding data: Data = Data()) throws -> FileHandle {
            let url = folder.appending(path: name)
            try data.write(to: url)
            return try FileHandle(forUpdating: url)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = try handle("in", holding: input)
        process.standardOutput = try handle("out")
        process.standardError = try handle("err")
        try process.run()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let text = (try? String(contentsOf: folder.appending(path: "err"), encoding: .utf8)) ?? ""
            throw Failure(description: "\(program) ended with \(process.terminationStatus): \(text.suffix(4_000))")
        }
        return try Data(contentsOf: folder.appending(path: "out"))
    }
}
