// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Other libraries that sign, in a process of Python that answers a line to each line.
///
/// They are installed from PyPI into a virtual environment in the user's cache, where it is not there yet.
final class PeerProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()

    /// Starts the process, after installing what it needs.
    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let python = try Self.environment(for: folder.appending(path: "requirements.txt"))
        process.executableURL = python
        process.arguments = ["-W", "ignore", folder.appending(path: "peers.py").path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The workloads that each library can sign, and why others are not measured.
    func names() throws -> (workloads: [String: [String]], skipped: [String: String]) {
        let answer = try ask(["names": true])
        return (answer["names"] as? [String: [String]] ?? [:], answer["skipped"] as? [String: String] ?? [:])
    }

    /// The URL that a library makes for a key, now.
    func url(by peer: String, of workload: String, forKey key: String) throws -> String {
        guard let url = try ask(["peer": peer, "workload": workload, "sign": key])["url"] as? String else {
            throw BenchError(description: "\(peer) made no URL")
        }
        return url
    }

    /// Nanoseconds that a URL takes a library.
    func measure(_ peer: String, _ workload: String, seconds: Double) throws -> Double {
        guard let time = try ask(["peer": peer, "workload": workload, "seconds": seconds])["ns"] as? Double else {
            throw BenchError(description: "\(peer) was not measured")
        }
        return time
    }

    private func ask(_ request: [String: Any]) throws -> [String: Any] {
        try input.fileHandleForWriting.write(
            contentsOf: JSONSerialization.data(withJSONObject: request) + Data("\n".utf8)
        )
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = unread[..<end]
                unread = Data(unread[(end + 1)...])
                return try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw BenchError(description: "the process of the peers ended; see above") }
            unread += more
        }
    }

    /// The Python that has what is required.
    static func environment(for requirements: URL) throws -> URL {
        let cache =
            FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
            ?? FileManager.default.temporaryDirectory
        let folder = cache.appending(path: "signet/peers-venv")
        let python = folder.appending(path: "bin/python")
        let installed = folder.appending(path: "requirements.txt")
        let wanted = try Data(contentsOf: requirements)
        if (try? Data(contentsOf: installed)) == wanted { return python }
        FileHandle.standardError.write(Data("installing the peers into \(folder.path)\n".utf8))
        let steps = [
            ["python3", "-m", "venv", folder.path],
            [python.path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements.path],
        ]
        for step in steps {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = step
            process.standardOutput = FileHandle.standardError
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw BenchError(
                    description: "the peers cannot be installed (\(step.joined(separator: " "))): "
                        + "--peers needs python3 with venv and pip, and PyPI"
                )
            }
        }
        try wanted.write(to: installed)
        return python
    }
}
