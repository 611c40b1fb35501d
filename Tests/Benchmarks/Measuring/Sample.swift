// SPDX-License-Identifier: Apache-2.0

/// A figure of several rounds.
struct Sample: Encodable {
    let median: Double
    let least: Double
    let most: Double

    /// - Parameter values: Not empty.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = sorted[sorted.count / 2]
        least = sorted[0]
        most = sorted[sorted.count - 1]
    }
}
