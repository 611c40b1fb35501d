// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Kafka as a client sees it that shares no code with the project: the `kcat` program.
struct Kcat {
    let bootstrapServers: String

    private var common: [String] { ["-b", bootstrapServers, "-X", "fetch.wait.max.ms=2"] }

    /// Everything that a topic holds: keys, headers and values as they are, each behind its length.
    func dump(_ topic: String) async throws -> Data {
        try await consume(topic, format: "%K:%k|%h|%S:%s\n")
    }

    /// Records of a topic.
    func count(_ topic: String) async throws -> Int {
        try await consume(topic, format: "%o\n").split(separator: UInt8(ascii: "\n")).count
    }

    /// A topic from its beginning to its present end.
    func consume(_ topic: String, format: String) async throws -> Data {
        let (status, stdout, stderr) = try await runToEnd(
            "kcat",
            common + ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", format]
        )
        guard status.isSuccess else {
            throw TestSupportError("kcat could not read \(topic): \(String(decoding: stderr, as: UTF8.self))")
        }
        return stdout
    }

    /// Reads a partition from its beginning until so many records have come.
    func consume(_ topic: String, partition: Int, count: Int, format: String) async throws -> String {
        let (status, stdout, stderr) = try await runToEnd(
            "kcat",
            common + ["-C", "-t", topic, "-p", "\(partition)", "-o", "beginning", "-c", "\(count)", "-q", "-f", format]
        )
        guard status.isSuccess else {
            throw TestSupportError("kcat could not read \(topic): \(String(decoding: stderr, as: UTF8.self))")
        }
        return String(decoding: stdout, as: UTF8.self)
    }

    /// Reads a topic from its beginning until every one of these lines has come.
    ///
    /// - Parameter mark: Where it stands in a line, what comes up to the next comma counts as the line.
    func wait(
        for lines: Set<String>,
        on topic: String,
        format: String,
        extracting mark: String? = nil
    ) async throws {
        let child = try ChildProcess(
            "kcat",
            common + ["-C", "-t", topic, "-o", "beginning", "-q", "-u", "-f", format]
        )
        defer { child.kill() }
        let output = child.stdout.lines
        try await withDeadline(.seconds(120), for: "\(lines.count) records of \(topic)") {
            var missing = lines
            for await line in output {
                let parts = mark.map { line.components(separatedBy: $0).dropFirst() }
                missing.remove(parts?.first.map { String($0.prefix { $0 != "," }) } ?? line)
                if missing.isEmpty { return }
            }
            throw TestSupportError("kcat ended with \(missing.count) records of \(topic) missing")
        }
    }

    @Sendable static func eventID(_ line: String) -> String {
        String(line.components(separatedBy: "ce_id=").last?.prefix { $0 != "," } ?? "")
    }

    /// Reads a topic from its beginning until so many events have come whose lines contain a text; one that came twice
    /// counts once.
    ///
    /// - Parameter identity: What is the same in the lines of an event that came twice.
    /// - Returns: A line of each.
    func events(
        _ count: Int,
        on topic: String,
        containing text: String,
        identity: @escaping @Sendable (String) -> String = Kcat.eventID
    ) async throws -> [String] {
        let child = try ChildProcess(
            "kcat",
            common + ["-C", "-t", topic, "-o", "beginning", "-q", "-u", "-f", "%h\t%s\n"]
        )
        defer { child.kill() }
        let output = child.stdout.lines
        return try await withDeadline(.seconds(60), for: "\(count) records of \(topic)") {
            var found: [String: String] = [:]
            for await line in output where line.contains(text) {
                found[identity(line)] = line
                if found.count == count { return Array(found.values) }
            }
            throw TestSupportError("kcat ended with \(found.count) records of \(topic)")
        }
    }

    /// Writes one record.
    ///
    /// - Parameter value: `nil`: a null value.
    func produce(
        _ topic: String,
        _ value: Data?,
        headers: [(name: String, value: String)] = [],
        partition: Int? = nil
    ) async throws {
        var arguments = common + ["-P", "-t", topic]
        if let partition { arguments += ["-p", "\(partition)"] }
        for header in headers { arguments += ["-H", "\(header.name)=\(header.value)"] }
        // -Z: an empty key or value is a null one; kcat passes over a record without even a key delimiter.
        // A delimiter that no value holds keeps a value whole.
        arguments += value == nil ? ["-Z", "-K", "|"] : ["-D", "\u{1}\u{2}\u{1}end"]
        let (status, _, stderr) = try await runToEnd("kcat", arguments, input: value ?? Data("|\n".utf8))
        guard status.isSuccess else {
            throw TestSupportError("kcat could not write to \(topic): \(String(decoding: stderr, as: UTF8.self))")
        }
    }
}
