// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A partition as botocore knows it; written by `Oracle/regions.py`.
struct PartitionOracle: Decodable, Sendable {
    let id: String
    let dnsSuffix: String
    let regionRegex: String
    /// Codes and names.
    let regions: [String: String]

    static func all() throws -> [PartitionOracle] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Oracle/regions.json"
        )
        return try JSONDecoder().decode([PartitionOracle].self, from: Data(contentsOf: file))
    }

    /// Whether a code has the form of this partition's regions.
    func couldContain(_ code: String) throws -> Bool {
        try code.wholeMatch(of: Regex(regionRegex)) != nil
    }
}
