// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Synchronization

/// A line on standard error that tells how far something is: rewritten in place on a terminal, else now and then.
final class ProgressLine: Sendable {
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let lastTold: Mutex<ContinuousClock.Instant>
    private let isQuiet: Bool
    private let isTerminal: Bool

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
        start = clock.now
        lastTold = Mutex(start)
    }

    /// Tells, if it is time to.
    ///
    /// - Parameter text: Gets the seconds since the beginning.
    func show(_ text: (_ seconds: Double) -> String) {
        guard !isQuiet else { return }
        let now = clock.now
        let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let isDue = lastTold.withLock { last in
            guard last.duration(to: now) >= interval else { return false }
            last = now
            return true
        }
        if isDue { write(text(seconds(to: now))) }
    }

    /// Tells the end.
    func end(_ text: (_ seconds: Double) -> String) {
        guard !isQuiet else { return }
        write(text(seconds(to: clock.now)))
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    /// - Parameter share: Of the whole, 0 to 1.
    static func bar(_ share: Double) -> String {
        let full = Int(share * 20)
        return
            "[\(String(repeating: "#", count: full))\(String(repeating: ".", count: 20 - full))]  \(Int(share * 100)) %"
    }

    /// What is left; `nil`: it cannot be told yet.
    static func left(_ share: Double, seconds: Double) -> String? {
        guard share > 0.01, share < 1 else { return nil }
        return "\(Int((seconds / share - seconds).rounded(.up))) s left"
    }

    private func seconds(to now: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = start.duration(to: now).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    private func write(_ text: String) {
        let line = isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}
