// SPDX-License-Identifier: Apache-2.0

/// Finds what a mistyped name may have meant.
enum NearestName {
    /// The name that the fewest edits make of `name`, if they are few: case, a letter too many, too few, another.
    static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let wanted = Array(name.lowercased().utf8)
        let limit = max(1, wanted.count / 3)
        let nearest =
            candidates
            .map { (name: $0, edits: edits(wanted, Array($0.lowercased().utf8))) }
            .min { $0.edits < $1.edits }
        guard let nearest, nearest.edits <= limit else { return nil }
        return nearest.name
    }

    /// Levenshtein's distance, by rows.
    private static func edits(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (line, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in second.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[second.count]
    }
}
