// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct TurnSchedulerTests {
    private func order(weight: Int, interactive: Int, bulk: Int) -> String {
        var scheduler = TurnScheduler<Character>(weight: weight)
        for _ in 0..<interactive { scheduler.add("i", to: .interactive) }
        for _ in 0..<bulk { scheduler.add("b", to: .bulk) }
        var order = ""
        while let next = scheduler.next()?.element { order.append(next) }
        #expect(scheduler.isEmpty)
        return order
    }

    @Test(arguments: [
        (1, "ibibibiiii"), (2, "iibiibiibi"), (3, "iiibiiibib"), (8, "iiiiiiibbb"),
    ])
    func bulkGetsEveryTurnAfterTheWeight(weight: Int, expected: String) {
        #expect(order(weight: weight, interactive: 7, bulk: 3) == expected)
    }

    @Test(arguments: [0, -1, Int.min])
    func weightIsAtLeastOne(weight: Int) {
        #expect(order(weight: weight, interactive: 3, bulk: 3) == "ibibib")
    }

    @Test(arguments: [Int.max])
    func greatestWeightCountsWithoutOverflow(weight: Int) {
        #expect(order(weight: weight, interactive: 3, bulk: 1) == "iiib")
    }

    @Test func lanesKeepTheirOrder() {
        var scheduler = TurnScheduler<Int>(weight: 2)
        for number in 0..<5 { scheduler.add(number, to: .interactive) }
        for number in 10..<13 { scheduler.add(number, to: .bulk) }
        var order: [Int] = []
        while let next = scheduler.next()?.element { order.append(next) }
        #expect(order == [0, 1, 10, 2, 3, 11, 4, 12])
    }

    @Test func clickIsTheNextTurnHoweverMuchBulkWaits() {
        var scheduler = TurnScheduler<String>(weight: 4)
        for _ in 0..<10_000 { scheduler.add("bulk", to: .bulk) }
        for _ in 0..<100 { #expect(scheduler.next()?.element == "bulk") }
        scheduler.add("click", to: .interactive)
        #expect(scheduler.next()?.element == "click")
        #expect(scheduler.next()?.element == "bulk")
    }

    @Test func endlessClicksLeaveBulkItsTurns() {
        var scheduler = TurnScheduler<String>(weight: 8)
        for _ in 0..<10 { scheduler.add("bulk", to: .bulk) }
        var bulk = 0
        for _ in 0..<90 {
            // Clicks never cease.
            scheduler.add("click", to: .interactive)
            scheduler.add("click", to: .interactive)
            if scheduler.next()?.element == "bulk" { bulk += 1 }
        }
        #expect(bulk == 10)
    }

    @Test func turnsTakenWhileNoBulkWaitedDoNotCountAgainstClicks() {
        var scheduler = TurnScheduler<Character>(weight: 3)
        for _ in 0..<6 { scheduler.add("i", to: .interactive) }
        for _ in 0..<3 { #expect(scheduler.next()?.element == "i") }
        scheduler.add("b", to: .bulk)
        var order = ""
        while let next = scheduler.next()?.element { order.append(next) }
        #expect(order == "iiib")
    }

    @Test func emptyHasNoTurn() {
        var scheduler = TurnScheduler<Int>(weight: 1)
        #expect(scheduler.isEmpty)
        #expect(scheduler.next()?.element == nil)
        scheduler.add(1, to: .bulk)
        #expect(!scheduler.isEmpty)
    }
}
