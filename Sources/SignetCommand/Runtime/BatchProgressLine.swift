// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// Tells how far a batch is: one line that is written over on a terminal, now and then a line elsewhere.
final class BatchProgressLine: Sendable {
    private struct State {
        var lastTold: ContinuousClock.Instant
        var isBegun = false
    }

    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let state: Mutex<State>
    /// Bytes of the input; `nil`: not known.
    private let total: Int?
    private let isQuiet: Bool
    private let isTerminal: Bool

    init(total: Int?, isQuiet: Bool) {
        self.total = total
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
        start = clock.now
        state = Mutex(State(lastTold: start))
    }

    /// - Parameter read: Bytes of the input that were read.
    func show(done: Int, failed: Int, read: Int) {
        guard !isQuiet else { return }
        let now = clock.now
        let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let isDue = state.withLock { state in
            guard state.lastTold.duration(to: now) >= interval else { return false }
            state.lastTold = now
            state.isBegun = true
            return true
        }
        if isDue { write(Self.text(done: done, failed: failed, seconds: seconds(to: now), share: share(read))) }
    }

    func end(done: Int, failed: Int) {
        guard !isQuiet else { return }
        write(Self.text(done: done, failed: failed, seconds: seconds(to: clock.now), share: nil))
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private func seconds(to now: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = start.duration(to: now).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private func share(_ read: Int) -> Double? {
        total.flatMap { $0 > 0 ? min(1, Double(read) / Double($0)) : nil }
    }

    private func write(_ text: String) {
        let line = isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }

    /// - Parameter share: Of the input that was read, 0 to 1.
    static func text(done: Int, failed: Int, seconds: Double, share: Double?) -> String {
        var parts: [String] = []
        if let share {
            let full = Int(share * 20)
            parts.append("[\(String(repeating: "#", count: full))\(String(repeating: ".", count: 20 - full))]")
            parts.append("\(Int(share * 100)) %")
        }
        parts.append("\(done) URLs")
        if failed > 0 { parts.append("\(failed) failed") }
        if seconds > 0.01 { parts.append("\(Int(Double(done) / seconds))/s") }
        if let share, share > 0.01, share < 1 {
            parts.append("\(Int((seconds / share - seconds).rounded(.up))) s left")
        }
        return parts.joined(separator: "  ")
    }
}
