// SPDX-License-Identifier: Apache-2.0

/// Whether an endpoint is worth asking: a value, outcomes in, permission out.
///
/// ```
/// closed ── limit failures in a row ──▶ open ── rest is over ──▶ half open ── success ──▶ closed
///                                        ▲                          │
///                                        └───────── failure ────────┘
/// ```
package struct EndpointBreaker: Sendable {
    /// Failures in a row that open it.
    private let limit: Int
    private let rest: Duration
    private var failures = 0
    private var openUntil: ContinuousClock.Instant?
    /// Whether one request is on its way to find out.
    private var isProbing = false

    package init(limit: Int = 5, rest: Duration = .seconds(10)) {
        self.limit = limit
        self.rest = rest
    }

    /// Asks for permission; who gets it reports an outcome.
    ///
    /// - Returns: `nil`, or for how long the endpoint is left alone.
    package mutating func admit(now: ContinuousClock.Instant) -> Duration? {
        guard let openUntil else { return nil }
        if now < openUntil { return now.duration(to: openUntil) }
        if isProbing { return rest }
        isProbing = true
        return nil
    }

    /// The endpoint answered, whatever it said.
    package mutating func succeed() {
        self = EndpointBreaker(limit: limit, rest: rest)
    }

    /// It did not answer, or said that it cannot.
    package mutating func fail(now: ContinuousClock.Instant) {
        failures += 1
        if isProbing || failures >= limit { openUntil = now + rest }
        isProbing = false
    }
}
