// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Synchronization

/// A program that runs beside the test, and never longer than it.
///
/// It ends with ``withChildProcess(_:_:environment:input:ending:body:)``, with the last reference, and (on Linux) with
/// the process of the tests, however that ends. Threads of its own read both outputs and wait for its end: no pipe
/// fills up, and no thread of Swift's pool blocks.
package final class ChildProcess: Sendable {
    package enum ExitStatus: Hashable, Sendable {
        case exited(code: Int32)
        case signalled(Int32)

        package var isSuccess: Bool { self == .exited(code: 0) }
    }

    /// How the kernel ends a process whose parent is gone.
    package enum Ending: String, Sendable {
        case kill = "KILL"
        /// For a program that cleans up after itself.
        case terminate = "TERM"
    }

    package enum Output: Sendable {
        case stdout
        case stderr
    }

    /// The name of the program, for messages. Arguments may hold secrets and are never told.
    package let name: String
    package let stdout = ProcessOutput()
    package let stderr = ProcessOutput()
    private let life: ProcessLife

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: A path, or a name that is looked up in this process's PATH.
    ///   - input: Its standard input: all of it, then the end. Without it, the input ends at once.
    ///   - ending: What it is sent when the tests' process ends before it (Linux).
    /// - Throws: ``TestSupportError`` when it cannot be started.
    package init(
        _ executable: String,
        _ arguments: [String] = [],
        environment: ProcessEnvironment = .inherited(),
        input: Data = Data(),
        ending: Ending = .kill
    ) throws {
        name = (executable as NSString).lastPathComponent
        let program = try Executable.find(executable)
        let launch = ProcessLaunch(
            arguments: Executable.bindToParent(ending) + [program] + arguments,
            environment: environment.variables,
            input: input
        )
        life = try ProcessLife(launch, name: name, stdout: stdout, stderr: stderr)
    }

    deinit {
        life.send(SIGKILL)
    }

    package var processID: Int32 { life.processID }

    /// Asks it to end (`SIGTERM`).
    package func terminate() {
        life.send(SIGTERM)
    }

    /// Ends it as a power cut would (`SIGKILL`).
    package func kill() {
        life.send(SIGKILL)
    }

    /// Sends a signal; nothing happens once the process has ended.
    package func send(signal: Int32) {
        life.send(signal)
    }

    /// Waits for its end.
    package func exitStatus() async throws -> ExitStatus {
        try await life.exitStatus()
    }

    /// Waits for its end and for all that it wrote.
    package func finish() async throws -> ExitStatus {
        let status = try await life.exitStatus()
        _ = try await stdout.complete()
        _ = try await stderr.complete()
        return status
    }

    /// Waits for the first line that fits, among those already written and those to come.
    ///
    /// - Throws: ``TestSupportError`` with the end of what it wrote when the output ends without such a line,
    ///   ``DeadlineExceeded`` when none comes.
    package func waitForLine(
        on output: Output = .stdout,
        within duration: Duration = .seconds(60),
        where fits: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let lines = (output == .stdout ? stdout : stderr).lines
        return try await withDeadline(duration, for: "a line of \(name)") {
            for await line in lines where fits(line) {
                return line
            }
            try Task.checkCancellation()
            let status = try await self.finish()
            throw TestSupportError("\(self.name) ended (\(status)) without the awaited line\n\(self.lastWords)")
        }
    }

    /// The end of what it wrote to its standard error, for messages.
    package var lastWords: String {
        String(stderr.text.suffix(4_000))
    }
}

/// Runs a program as long as the body runs; it is killed when the body returns or throws.
package func withChildProcess<Result>(
    _ executable: String,
    _ arguments: [String] = [],
    environment: ProcessEnvironment = .inherited(),
    input: Data = Data(),
    ending: ChildProcess.Ending = .kill,
    body: (ChildProcess) async throws -> Result
) async throws -> Result {
    let process = try ChildProcess(executable, arguments, environment: environment, input: input, ending: ending)
    defer { process.kill() }
    return try await body(process)
}

/// Runs a program to its end.
///
/// - Returns: How it ended, and all that it wrote to its standard output and its standard error.
package func runToEnd(
    _ executable: String,
    _ arguments: [String] = [],
    environment: ProcessEnvironment = .inherited(),
    input: Data = Data(),
    within duration: Duration = .seconds(120)
) async throws -> (status: ChildProcess.ExitStatus, stdout: Data, stderr: Data) {
    try await withChildProcess(executable, arguments, environment: environment, input: input) { process in
        let status = try await withDeadline(duration, for: "the end of \(process.name)") { try await process.finish() }
        return (status, process.stdout.data, process.stderr.data)
    }
}

/// Runs a tool that a test needs, to its end.
///
/// - Returns: What it wrote to its standard output.
/// - Throws: ``TestSupportError`` with its last words when it is missing or does not end with status 0.
package func outputOfTool(
    _ executable: String,
    _ arguments: [String] = [],
    environment: ProcessEnvironment = .inherited(),
    input: Data = Data()
) async throws -> Data {
    let (status, stdout, stderr) = try await runToEnd(executable, arguments, environment: environment, input: input)
    guard status.isSuccess else {
        let words = String(decoding: stderr, as: UTF8.self).suffix(4_000)
        throw TestSupportError("\(executable) ended (\(status))\n\(words)")
    }
    return stdout
}
