// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where programs are.
enum Executable {
    /// The path of a program, looked up in PATH when it is a name.
    static func find(_ name: String) throws -> String {
        if name.contains("/") {
            guard FileManager.default.isExecutableFile(atPath: name) else {
                throw TestSupportError("\(name) is not there, or cannot be executed")
            }
            return name
        }
        guard let path = lookUp(name) else {
            throw TestSupportError("\(name) is not on the PATH: run docker/bootstrap.sh --test")
        }
        return path
    }

    /// The words before a command that make the kernel send it a signal when the thread that started it ends.
    static func bindToParent(_ ending: ChildProcess.Ending) -> [String] {
        #if os(Linux)
        guard let setpriv = lookUp("setpriv") else { return [] }
        return [setpriv, "--pdeathsig", ending.rawValue]
        #else
        return []
        #endif
    }

    private static func lookUp(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").lazy
            .map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
