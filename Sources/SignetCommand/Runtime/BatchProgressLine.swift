// SPDX-License-Identifier: Apache-2.0

/// How far a batch is.
struct BatchProgressLine: Sendable {
    private let line: ProgressLine
    /// Bytes of the input; `nil`: not known.
    private let total: Int?

    init(total: Int?, isQuiet: Bool) {
        self.total = total
        line = ProgressLine(isQuiet: isQuiet)
    }

    /// - Parameter read: Bytes of the input that were read.
    func show(done: Int, failed: Int, read: Int) {
        let share = total.flatMap { $0 > 0 ? min(1, Double(read) / Double($0)) : nil }
        line.show { Self.text(done: done, failed: failed, seconds: $0, share: share) }
    }

    func end(done: Int, failed: Int) {
        line.end { Self.text(done: done, failed: failed, seconds: $0, share: nil) }
    }

    /// - Parameter share: Of the input that was read, 0 to 1.
    static func text(done: Int, failed: Int, seconds: Double, share: Double?) -> String {
        var parts: [String] = []
        if let share { parts.append(ProgressLine.bar(share)) }
        parts.append("\(done) URLs")
        if failed > 0 { parts.append("\(failed) failed") }
        if seconds > 0.01 { parts.append("\(Int(Double(done) / seconds))/s") }
        if let left = share.flatMap({ ProgressLine.left($0, seconds: seconds) }) { parts.append(left) }
        return parts.joined(separator: "  ")
    }
}
