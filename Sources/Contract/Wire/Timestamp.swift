// SPDX-License-Identifier: Apache-2.0

/// Points in time as text.
package enum Timestamp {
    /// RFC 3339 in UTC, e.g. `2026-01-31T23:59:59.250Z`; milliseconds are left out when zero.
    ///
    /// Years outside 0000–9999 are held to that range.
    package static func rfc3339(unixMilliseconds: Int64) -> String {
        let bounded = min(max(unixMilliseconds, -62_167_219_200_000), 253_402_300_799_999)
        var (days, millisecondOfDay) = bounded.quotientAndRemainder(dividingBy: 86_400_000)
        if millisecondOfDay < 0 {
            millisecondOfDay += 86_400_000
            days -= 1
        }
        let (year, month, day) = civil(daysSince1970: days)
        let (second, millisecond) = millisecondOfDay.quotientAndRemainder(dividingBy: 1_000)
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
        text += "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        if millisecond != 0 { text += ".\(padded(millisecond, 3))" }
        return text + "Z"
    }

    /// Days to a date of the proleptic Gregorian calendar, counting years from March so that the leap day is the last.
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
