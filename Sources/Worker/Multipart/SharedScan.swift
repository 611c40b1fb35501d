// SPDX-License-Identifier: Apache-2.0

/// A scan that many may want at once: who asks while one runs shares the next one, so that nobody misses what was written
/// before the question, and never more than one runs.
package actor SharedScan<Value: Sendable> {
    private let scan: @Sendable (_ start: Int64) async throws -> Value
    private var running: Task<Value, any Error>?
    private var queued: Task<Value, any Error>?
    /// The earliest start that those want who wait for the queued one.
    private var start = Int64.max

    package init(_ scan: @escaping @Sendable (_ start: Int64) async throws -> Value) {
        self.scan = scan
    }

    /// What a scan finds that begins behind this call.
    ///
    /// - Parameter start: From where on, at the latest.
    package func value(since start: Int64) async throws -> Value {
        self.start = min(self.start, start)
        if let queued { return try await queued.value }
        let task = Task { [running] in try await run(after: running) }
        queued = task
        return try await task.value
    }

    private func run(after earlier: Task<Value, any Error>?) async throws -> Value {
        _ = try? await earlier?.value
        (running, queued) = (queued, nil)
        let start = start
        self.start = .max
        defer { running = nil }
        return try await scan(start)
    }
}
