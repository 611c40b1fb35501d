// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A process that is measured: started, stopped and let go on by signals.
final class BenchProcess: Sendable {
    private let process = Process()
    private let input = Pipe()
    let name: String
    /// The line that it printed when it was ready.
    let ready: String

    /// Starts a program beside this one and waits for the line that says that it is ready.
    ///
    /// - Parameters:
    ///   - takesOrders: It reads lines from its standard input.
    ///   - log: Where its standard error goes: `nil`: where ours goes; a file; `.some(nil)`: nowhere.
    init(
        _ program: URL,
        _ arguments: [String],
        environment: [String: String] = [:],
        takesOrders: Bool = false,
        log: URL?? = nil,
        readyWhen prefix: String
    ) throws {
        name = arguments.first ?? program.lastPathComponent
        let output = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardInput = takesOrders ? input as Any : FileHandle.nullDevice
        if let log { process.standardError = try Self.handle(log) }
        try process.run()
        var unread = Data()
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread = Data(unread[(end + 1)...])
                guard line.hasPrefix(prefix) else { continue }
                ready = line
                return
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw BenchError(description: "\(name) ended before it was ready; see above") }
            unread += more
        }
    }

    deinit {
        kill()
    }

    private static func handle(_ log: URL?) throws -> FileHandle {
        guard let log else { return .nullDevice }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        return try FileHandle(forWritingTo: log)
    }

    /// Writes a line to a program that takes orders.
    func order(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// A program of the same build.
    static func program(_ name: String) throws -> URL {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw BenchError(description: "\(program.path) is not there: run `swift build -c release` first")
        }
        return program
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets it end in its own way, and waits until it has.
    func terminate() throws {
        try resume()
        try send(SIGTERM)
        process.waitUntilExit()
    }

    func pause() throws { try send(SIGSTOP) }

    func resume() throws { try send(SIGCONT) }

    private func send(_ signal: Int32) throws {
        guard process.isRunning, Foundation.kill(process.processIdentifier, signal) == 0 else {
            throw BenchError(description: "\(name) has ended; see above")
        }
    }

    /// Processor time that it has used, seconds (proc(5), `stat`: utime and stime).
    var processorTime: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        // The name in parentheses may hold spaces; utime is the 12th field behind it.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Memory that it holds, MiB (proc(5), `status`: VmRSS).
    var memory: Double { memory("VmRSS:") }

    /// The most memory that it ever held, MiB (VmHWM).
    var peakMemory: Double { memory("VmHWM:") }

    private func memory(_ field: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
        return line.flatMap { Double($0.split(separator: " ").dropFirst().first ?? "") }.map { $0 / 1_024 } ?? 0
    }
}
