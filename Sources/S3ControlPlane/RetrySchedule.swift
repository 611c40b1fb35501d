// SPDX-License-Identifier: Apache-2.0

/// When a request is tried again: after a random time up to a bound that doubles (AWS Architecture Blog, "Exponential Backoff
/// And Jitter": full jitter), or when S3 says so.
package struct RetrySchedule: Sendable {
    package let attempts: Int
    package let base: Duration
    package let longest: Duration

    package init(attempts: Int = 4, base: Duration = .milliseconds(100), longest: Duration = .seconds(5)) {
        self.attempts = max(1, attempts)
        self.base = base
        self.longest = longest
    }

    /// The time to wait behind a failed attempt, counted from 1; `nil`: it was the last one.
    package func delay(
        behind attempt: Int,
        retryAfter: Duration?,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt < attempts else { return nil }
        if let retryAfter { return min(retryAfter, longest) }
        let bound = min(base * (1 << min(attempt - 1, 20)), longest)
        return bound * Double.random(in: 0...1, using: &generator)
    }
}
