// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct EndpointSharesTests {
    private let start = ContinuousClock.now

    @Test func anEndpointThatIsSlowHasItsShareAndOthersAllTheRest() throws {
        let shares = EndpointShares(share: 2, patience: .seconds(3))
        let first = try #require(shares.enter("slow", now: start))
        #expect(shares.enter("slow", now: start) != nil)
        let late = start + .seconds(4)
        #expect(shares.enter("slow", now: late) == nil)
        for _ in 0..<10 { #expect(shares.enter("other", now: late) != nil) }
        // One that ends makes room for one, as long as the others are not slow as well.
        shares.leave(first)
        #expect(shares.enter("slow", now: late) != nil)
        #expect(shares.enter("slow", now: late) == nil)
    }

    @Test func anEndpointThatAnswersSoonMayHaveAll() {
        let shares = EndpointShares(share: 2, patience: .seconds(3))
        for second in 0..<100 {
            let now = start + .milliseconds(second)
            #expect(shares.enter("fast", now: now) != nil)
        }
    }
}
