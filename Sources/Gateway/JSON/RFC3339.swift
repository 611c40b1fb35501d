// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Points in time as clients write them (RFC 3339, section 5.6).
enum RFC3339 {
    /// Reads a time with or without a fraction of a second; `nil` if it is none.
    static func unixMilliseconds(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        guard let seconds = date?.timeIntervalSince1970 else { return nil }
        return Int64(exactly: (seconds * 1_000).rounded())
    }
}
