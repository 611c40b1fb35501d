// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// The Python of the tests, which `docker/bootstrap.sh --test` makes: the home of the oracles.
package enum PythonEnvironment {
    /// `SIGNET_TEST_VENV`, else the place where the bootstrap script puts it, else the system's Python.
    package static let interpreter: String = {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["SIGNET_TEST_VENV"], !folder.isEmpty {
            return folder + "/bin/python"
        }
        let home = environment["HOME"] ?? NSHomeDirectory()
        let standard = home + "/.cache/signet/test-venv/bin/python"
        return FileManager.default.isExecutableFile(atPath: standard) ? standard : "python3"
    }()

    /// Runs a script to its end.
    ///
    /// - Parameters:
    ///   - script: The path of a script.
    ///   - input: Its standard input.
    /// - Returns: What it wrote to its standard output.
    /// - Throws: ``TestSupportError`` when it does not end with status 0; it says what to do when a module is missing.
    package static func run(
        script: URL,
        arguments: [String] = [],
        environment: ProcessEnvironment = .inherited(),
        input: Data = Data()
    ) async throws -> Data {
        try await run([script.path] + arguments, name: script.lastPathComponent, environment, input)
    }

    /// Runs a few lines of Python, likewise.
    package static func run(
        source: String,
        arguments: [String] = [],
        environment: ProcessEnvironment = .inherited(),
        input: Data = Data()
    ) async throws -> Data {
        try await run(["-c", source] + arguments, name: "a Python program", environment, input)
    }

    private static func run(
        _ arguments: [String],
        name: String,
        _ environment: ProcessEnvironment,
        _ input: Data
    ) async throws -> Data {
        // -B: the tests leave no compiled files in the source tree.
        let (status, stdout, stderr) = try await runToEnd(
            interpreter,
            ["-B"] + arguments,
            // botocore stays with its own signer, whose clock tests can set, though awscrt is there.
            environment: .exactly(environment.variables.merging(["BOTO_DISABLE_CRT": "true"]) { given, _ in given }),
            input: input
        )
        guard status.isSuccess else {
            let words = String(decoding: stderr, as: UTF8.self)
            if words.contains("ModuleNotFoundError") {
                throw TestSupportError("\(interpreter) lacks a module: run docker/bootstrap.sh --test\n\(words)")
            }
            throw TestSupportError("\(name) ended (\(status))\n\(words.suffix(4_000))")
        }
        return stdout
    }
}
