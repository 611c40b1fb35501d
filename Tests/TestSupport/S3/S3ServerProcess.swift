// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The process of an S3 server for tests, which says `ready http://127.0.0.1:PORT` and serves until it is terminated.
struct S3ServerProcess: Sendable {
    let process: ChildProcess
    /// `http://127.0.0.1:PORT`
    let endpoint: String
    let port: UInt16

    /// Starts it and waits until it is ready.
    ///
    /// - Throws: ``TestSupportError`` that tells what it said.
    static func start(
        _ name: String,
        _ program: String,
        _ arguments: [String],
        within duration: Duration
    ) async throws -> S3ServerProcess {
        // It gets SIGTERM at the end of the tests' process: it has a directory to remove.
        let process = try ChildProcess(program, arguments, ending: .terminate)
        do {
            let line = try await process.waitForLine(within: duration) { $0.hasPrefix("ready ") }
            let endpoint = String(line.dropFirst("ready ".count))
            guard let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) }) else {
                throw TestSupportError("\(name) says where it is in an unknown form: \(line)")
            }
            return S3ServerProcess(process: process, endpoint: endpoint, port: port)
        } catch {
            process.terminate()
            _ = try? await process.finish()
            throw TestSupportError("\(name) did not start: \(error)\n\(process.lastWords)")
        }
    }

    /// Ends it, and waits until nothing of it is left.
    func stop() async throws {
        process.terminate()
        _ = try await withDeadline(for: "the S3 server to end") { [process] in try await process.exitStatus() }
    }

    /// The path of a script beside this file.
    static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
    }
}

/// A server for the whole process of the tests: started once, however many ask at the same time.
actor SharedServer<Server: Sendable> {
    private let start: @Sendable () async throws -> Server
    private var starting: Task<Server, any Error>?

    init(_ start: @escaping @Sendable () async throws -> Server) {
        self.start = start
    }

    func value() async throws -> Server {
        let task = starting ?? Task { [start] in try await start() }
        starting = task
        return try await task.value
    }
}
