// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import Testing

@Suite
struct SigningTimeTests {
    @Test(arguments: [
        (0, "19700101T000000Z"), (86_399, "19700101T235959Z"), (951_782_400, "20000229T000000Z"),
        (951_868_800, "20000301T000000Z"), (1_077_926_399, "20040227T235959Z"), (1_078_012_800, "20040229T000000Z"),
        (1_369_353_600, "20130524T000000Z"), (1_582_934_400, "20200229T000000Z"), (1_704_067_199, "20231231T235959Z"),
        (1_704_067_200, "20240101T000000Z"), (2_147_483_648, "20380119T031408Z"), (4_107_455_999, "21000227T235959Z"),
        (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"), (253_402_300_799, "99991231T235959Z"),
    ])
    func secondsBecomeADate(seconds: Int64, date: String) throws {
        let time = try SigningTime(unixSeconds: seconds)
        #expect(time.amzDate == date)
        #expect(time.dateStamp == String(date.prefix(8)))
        #expect(time.unixSeconds == seconds)
    }

    @Test
    func datesEqualFoundationsFromTheFirstToTheLast() throws {
        let format = Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt)
        // A step of some weeks and an odd time: 65,000 days, of each month and of leap years of all kinds.
        for seconds in stride(from: Int64(12_345), through: 253_402_300_799, by: 45 * 86_400 + 4_567) {
            let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(format)
            let date = try SigningTime(unixSeconds: seconds).amzDate
            guard date == expected else {
                Issue.record("\(seconds): \(date), but Foundation: \(expected)")
                return
            }
        }
    }

    @Test(arguments: [-1, .min, 253_402_300_800, 1_369_353_600_000, .max])
    func timesOutOfFourDigitYearsAreRefused(seconds: Int64) throws {
        #expect(try refusal { try SigningTime(unixSeconds: seconds) } == Refusal(.invalidTime, "unixSeconds"))
    }
}
