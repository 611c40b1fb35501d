// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// One of Signet's long-running processes.
struct SignetProcess: Sendable {
    let child: ChildProcess
    /// The line that it printed when it was ready.
    let ready: String

    /// Starts `signet` and waits for the line that says that it is ready.
    static func start(
        _ arguments: [String],
        environment: [String: String],
        readyWhen prefix: String
    ) async throws -> SignetProcess {
        let child = try ChildProcess(
            ProductExecutables.signet().path,
            arguments,
            environment: .inherited(adding: environment)
        )
        let line = try await child.waitForLine { $0.hasPrefix(prefix) }
        return SignetProcess(child: child, ready: line)
    }

    /// Runs `signet` to its end.
    static func output(_ arguments: [String], environment: [String: String] = [:]) async throws -> String {
        let (status, stdout, stderr) = try await runToEnd(
            ProductExecutables.signet().path,
            arguments,
            environment: .inherited(adding: environment)
        )
        guard status.isSuccess else {
            throw TestSupportError(
                "signet \(arguments.first ?? "") ended (\(status)): \(String(decoding: stderr, as: UTF8.self))"
            )
        }
        return String(decoding: stdout, as: UTF8.self)
    }

    /// Where its health, readiness and metrics are.
    func managementURL() async throws -> String {
        let line = try await child.waitForLine(on: .stderr) { $0.contains("Management listens") }
        guard let start = line.range(of: "url=") else { throw TestSupportError("no address in \(line)") }
        return String(line[start.upperBound...].prefix { $0 != " " })
    }
}
