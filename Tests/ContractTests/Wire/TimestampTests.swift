// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Testing

@Suite struct TimestampTests {
    /// RFC 3339, section 5.8, and the edges of the calendar.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (482_196_050_520, "1985-04-12T23:20:50.520Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
            (.max, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00Z"),
        ] as [(Int64, String)]
    )
    func knownPoints(milliseconds: Int64, text: String) {
        #expect(Timestamp.rfc3339(unixMilliseconds: milliseconds) == text)
    }

    @Test func everyDayOfFourCenturiesAgreesWithFoundation() throws {
        let formatter = ISO8601DateFormatter()
        // From 1999 to 2400, at a time of day that moves on.
        for day in 10_592..<157_070 where day % 13 == 0 || day < 11_700 {
            let seconds = Int64(day) * 86_400 + Int64(day * 7_919 % 86_400)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let text = Timestamp.rfc3339(unixMilliseconds: seconds * 1_000)
            if text != expected { Issue.record("\(text) is not \(expected)") }
        }
    }
}
