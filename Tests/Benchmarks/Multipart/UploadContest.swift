// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One file, uploaded by `signet upload` and by boto3, by turns.
struct UploadContest {
    let url: String
    let endpoint: String
    let bucket: String
    let region: String
    let mebibytes: Int
    let folder: URL

    /// - Returns: Seconds of each.
    func run(rounds: Int) throws -> [(signet: Double, peer: Double)] {
        let file = folder.appending(path: "file.bin")
        try write(file)
        let peers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Peers")
        let python = try PeerProcess.environment(for: peers.appending(path: "requirements.txt"))
        let peer = Process()
        let (input, output) = (Pipe(), Pipe())
        peer.executableURL = python
        peer.arguments = ["-W", "ignore", peers.appending(path: "upload.py").path, endpoint, bucket, region]
        peer.standardInput = input
        peer.standardOutput = output
        try peer.run()
        defer { peer.terminate() }
        _ = output.fileHandleForReading.availableData
        var times: [(signet: Double, peer: Double)] = []
        for _ in 0..<rounds {
            let signet = try uploadBySignet(file)
            try input.fileHandleForWriting.write(contentsOf: Data("\(file.path) signet-bench-peer\n".utf8))
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            guard let seconds = Double(line.dropFirst("done ".count).trimmingCharacters(in: .whitespacesAndNewlines))
            else {
                throw BenchError(description: "boto3 could not upload the file; see above")
            }
            times.append((signet, seconds))
        }
        return times
    }

    private func write(_ file: URL) throws {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<mebibytes {
            let words = (0..<1 << 17).map { _ in generator.next() }
            try handle.write(contentsOf: words.withUnsafeBytes { Data($0) })
        }
        try handle.close()
    }

    private func uploadBySignet(_ file: URL) throws -> Double {
        let process = Process()
        process.executableURL = try BenchProcess.program("signet")
        process.arguments = [
            "upload", file.path, "--gateway", url, "--bucket", bucket, "--region", region, "--endpoint", endpoint,
            "--key",
            "signet-bench-own", "--quiet",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_STATE_HOME": folder.path]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        let clock = ContinuousClock()
        let start = clock.now
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError(description: "signet upload ended with \(process.terminationStatus); see above")
        }
        return (clock.now - start).inSeconds
    }
}
