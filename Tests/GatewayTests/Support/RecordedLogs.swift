// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Keeps everything that is logged, at every level.
final class RecordedLogs: Sendable {
    private struct State {
        var lines: [String] = []
        var waiters: [(text: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }

    /// Waits for the next line that holds a text.
    func next(_ text: String) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append((text, continuation)) }
        }
    }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(logs: self) }
        logger.logLevel = .trace
        return logger
    }

    private func append(_ line: String) {
        let told = state.withLock { state in
            state.lines.append(line)
            let told = state.waiters.filter { line.contains($0.text) }
            state.waiters.removeAll { line.contains($0.text) }
            return told
        }
        for waiter in told { waiter.continuation.resume() }
    }

    private struct Handler: LogHandler {
        let logs: RecordedLogs
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            logs.append(
                "\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:]) \(event.error.map { "\($0)" } ?? "")"
            )
        }
    }
}
