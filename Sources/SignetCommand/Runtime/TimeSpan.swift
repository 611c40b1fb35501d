// SPDX-License-Identifier: Apache-2.0

/// How people write a span of time: `90m`, `12h`, `7d`.
enum TimeSpan {
    private static let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    /// - Returns: `nil`: it is none.
    static func milliseconds(_ text: String) -> Int64? {
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...100_000_000).contains(count)
        else { return nil }
        return count * unit
    }
}
