// SPDX-License-Identifier: Apache-2.0

/// Which replies go to `<prefix>results` as well, because nobody may wait for them any more.
package enum ResultKeeping {
    /// How long before the end of the client's wait a reply already counts as late, milliseconds: the way from the worker to
    /// the waiting request, and what their clocks differ by.
    package static let margin: Int64 = 1_000

    /// Whether the reply is kept.
    ///
    /// Worker and gateway ask with the same numbers, so that one of them, and only one, keeps it.
    ///
    /// - Parameters:
    ///   - completedAt: When the worker made the reply, Unix milliseconds.
    ///   - waitUntil: When the client stops waiting, Unix milliseconds; 0: nobody waits.
    ///   - isReplied: Whether the job's producer named a topic for replies.
    package static func keeps(completedAt: Int64, waitUntil: Int64, isReplied: Bool) -> Bool {
        waitUntil == 0 ? !isReplied : completedAt >= waitUntil.subtractingReportingOverflow(margin).partialValue
    }
}
