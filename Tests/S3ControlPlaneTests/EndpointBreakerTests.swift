// SPDX-License-Identifier: Apache-2.0

import S3ControlPlane
import TestSupport
import Testing

@Suite struct EndpointBreakerTests {
    private let start = ContinuousClock.now

    @Test func failuresInARowOpenItAndOneRequestFindsOutWhetherItIsOver() {
        var breaker = EndpointBreaker(limit: 3, rest: .seconds(10))
        for _ in 0..<2 {
            #expect(breaker.admit(now: start) == nil)
            breaker.fail(now: start)
        }
        breaker.succeed()
        for _ in 0..<3 {
            #expect(breaker.admit(now: start) == nil)
            breaker.fail(now: start)
        }
        #expect(breaker.admit(now: start + .seconds(4)) == .seconds(6))
        #expect(breaker.admit(now: start + .seconds(10)) == nil)
        #expect(breaker.admit(now: start + .seconds(10)) == .seconds(10))
        breaker.fail(now: start + .seconds(11))
        #expect(breaker.admit(now: start + .seconds(20)) == .seconds(1))
        #expect(breaker.admit(now: start + .seconds(21)) == nil)
        breaker.succeed()
        #expect(breaker.admit(now: start + .seconds(21)) == nil)
    }

    @Test func delaysAreRandomUpToABoundThatDoubles() {
        let schedule = RetrySchedule(attempts: 20, base: .milliseconds(100), longest: .seconds(2))
        var generator = SeededGenerator.printed("delays")
        for attempt in 1..<20 {
            let bound = min(Duration.milliseconds(100) * (1 << (attempt - 1)), .seconds(2))
            let delays = (0..<50).map { _ in
                schedule.delay(behind: attempt, retryAfter: nil, using: &generator) ?? .zero
            }
            #expect(delays.allSatisfy { $0 >= .zero && $0 <= bound })
            #expect((delays.max() ?? .zero) > bound / 2 && (delays.min() ?? bound) < bound / 2)
        }
        #expect(schedule.delay(behind: 20, retryAfter: nil, using: &generator) == nil)
        #expect(schedule.delay(behind: 1, retryAfter: .seconds(1), using: &generator) == .seconds(1))
        #expect(schedule.delay(behind: 1, retryAfter: .seconds(900), using: &generator) == .seconds(2))
    }
}
