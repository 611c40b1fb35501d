// SPDX-License-Identifier: Apache-2.0

/// Why nothing was measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String
}
