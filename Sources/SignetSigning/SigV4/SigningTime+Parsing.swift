// SPDX-License-Identifier: Apache-2.0

extension SigningTime {
    /// Reads the form of `X-Amz-Date`.
    ///
    /// - Parameter amzDate: `20130524T000000Z`, a time that exists.
    /// - Throws: `invalid_time`.
    public init(amzDate: String) throws(SigningError) {
        let invalid = SigningError(
            .invalidTime,
            parameter: "X-Amz-Date",
            message: "a signing time has the form 20130524T000000Z, in UTC, from 1970 on"
        )
        let bytes = Array(amzDate.utf8)
        guard bytes.count == 16 else { throw invalid }
        func number(_ range: Range<Int>) -> Int64? {
            var result: Int64 = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                result = result * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return result
        }
        guard
            let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15)
        else { throw invalid }
        // Days from a date, counting years from March so that the leap day is the last.
        let marchYear = month <= 2 ? year - 1 : year
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let days = marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
        let time: SigningTime
        do throws(SigningError) {
            time = try SigningTime(unixSeconds: days * 86_400 + hour * 3_600 + minute * 60 + second)
        } catch {
            throw invalid
        }
        // The way back shows what does not exist, such as the 30th of February, and wrong letters.
        guard time.amzDate == amzDate else { throw invalid }
        self = time
    }
}
