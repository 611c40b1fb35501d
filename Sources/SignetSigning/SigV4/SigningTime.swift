// SPDX-License-Identifier: Apache-2.0

/// The time that a signature carries, in the two forms that SigV4 writes.
public struct SigningTime: Sendable, Hashable {
    /// Seconds since 1970, without leap seconds.
    public let unixSeconds: Int64
    /// `20130524T000000Z`.
    public let amzDate: String
    /// `20130524`.
    public let dateStamp: String

    /// - Parameter unixSeconds: From 1970 to the end of 9999.
    public init(unixSeconds: Int64) throws(SigningError) {
        guard (0...253_402_300_799).contains(unixSeconds) else {
            throw SigningError(
                .invalidTime,
                parameter: "unixSeconds",
                message: "the signing time must lie between 1970 and 9999; is it given in seconds?"
            )
        }
        self.unixSeconds = unixSeconds
        let (days, second) = unixSeconds.quotientAndRemainder(dividingBy: 86_400)
        // Days to a date, counting years from March so that the leap day is the last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        dateStamp = Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(day, 2)
        amzDate =
            dateStamp + "T" + Self.padded(second / 3_600, 2) + Self.padded(second / 60 % 60, 2)
            + Self.padded(second % 60, 2) + "Z"
    }

    /// The start of the window that a time lies in: equal requests within it get equal signatures.
    ///
    /// - Parameters:
    ///   - unixSeconds: A time within the window.
    ///   - window: Seconds, 1 to 86,400; 0: the time itself.
    /// - Throws: `invalid_time`.
    public init(unixSeconds: Int64, window: Int64) throws(SigningError) {
        guard (0...86_400).contains(window) else {
            throw SigningError(
                .invalidTime,
                parameter: "window",
                message: "a signing window has 1 to 86400 seconds, 0 for none"
            )
        }
        try self.init(unixSeconds: window > 0 && unixSeconds > 0 ? unixSeconds - unixSeconds % window : unixSeconds)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
