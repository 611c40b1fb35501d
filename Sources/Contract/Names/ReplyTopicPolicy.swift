// SPDX-License-Identifier: Apache-2.0

/// Which topics replies may be written to: a header of a job is no open relay.
package struct ReplyTopicPolicy: Sendable, Hashable {
    /// Patterns with `*` for any run of characters, e.g. `signet.replies*`.
    package let patterns: [String]

    package init(patterns: [String]) {
        self.patterns = patterns
    }

    /// Reads a comma-separated list of patterns.
    package init(list: String) {
        self.init(
            patterns: list.split(separator: ",").map { part in
                String(part.drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
            }
        )
    }

    package func allows(_ topic: String) -> Bool {
        patterns.contains { Self.matches(Array(topic.utf8), pattern: Array($0.utf8)) }
    }

    /// Greedy match that on a mismatch lets the last `*` take one more character.
    private static func matches(_ text: [UInt8], pattern: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var position = 0
        var expected = 0
        var resume: (pattern: Int, text: Int)?
        while position < text.count {
            if expected < pattern.count, pattern[expected] == star {
                resume = (expected + 1, position)
                expected += 1
            } else if expected < pattern.count, pattern[expected] == text[position] {
                expected += 1
                position += 1
            } else if let last = resume {
                resume = (last.pattern, last.text + 1)
                expected = last.pattern
                position = last.text + 1
            } else {
                return false
            }
        }
        return pattern[expected...].allSatisfy { $0 == star }
    }
}
