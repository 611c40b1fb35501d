// SPDX-License-Identifier: Apache-2.0

/// Two texts, line by line: what stands in the one only, and in the other only.
struct LineDifference {
    /// `- ` before a line of the first text only, `+ ` of the second only, two spaces before one of both.
    let lines: [String]
    let isEmpty: Bool

    init(_ first: String, _ second: String) {
        let first = first.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let second = second.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let difference = second.difference(from: first)
        isEmpty = difference.isEmpty
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [String] = []
        var (left, right) = (0, 0)
        while left < first.count || right < second.count {
            if left < first.count, removed.contains(left) {
                lines.append("- \(first[left])")
                left += 1
            } else if right < second.count, inserted.contains(right) {
                lines.append("+ \(second[right])")
                right += 1
            } else {
                // In both: what is neither removed nor inserted stands side by side.
                if left < first.count { lines.append("  \(first[left])") }
                left += 1
                right += 1
            }
        }
        self.lines = lines
    }
}
