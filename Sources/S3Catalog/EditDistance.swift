// SPDX-License-Identifier: Apache-2.0

/// How far two names are apart, for "did you mean".
public enum EditDistance {
    /// Insertions, deletions and substitutions of bytes that turn one name into the other (Levenshtein).
    public static func between(_ left: String, _ right: String) -> Int {
        // Long input is no slip of a known name; the bound keeps the work small.
        let left = Array(left.utf8.prefix(128))
        let right = Array(right.utf8.prefix(128))
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let substituted = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }

    /// The nearest names, nearest first, ties in the order given.
    public static func nearest(to name: String, in names: [String], limit: Int = 1) -> [String] {
        let ranked = names.enumerated().map { (distance: between(name, $1), order: $0, name: $1) }
            .sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }
        return ranked.prefix(limit).map(\.name)
    }
}
