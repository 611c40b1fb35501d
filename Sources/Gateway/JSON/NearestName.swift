// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Finds what a mistyped name may have meant.
enum NearestName {
    /// The name that the fewest edits make of `name`, if they are few: case, a letter too many, too few, another.
    static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let wanted = name.lowercased()
        let limit = max(1, wanted.utf8.count / 3)
        let nearest =
            candidates
            .map { (name: $0, edits: EditDistance.between(wanted, $0.lowercased())) }
            .min { $0.edits < $1.edits }
        guard let nearest, nearest.edits <= limit else { return nil }
        return nearest.name
    }
}
