// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct TurnQueueTests {
    @Test func handsOutInWeightedTurn() async {
        let queue = TurnQueue<String>(weight: 2, tasks: 4)
        for number in 0..<4 { queue.add("i\(number)", to: .interactive) }
        for number in 0..<2 { queue.add("b\(number)", to: .bulk) }
        var order: [String] = []
        for _ in 0..<6 { order.append(await queue.next() ?? "none") }
        #expect(order == ["i0", "i1", "b0", "i2", "i3", "b1"])
    }

    @Test(arguments: [(tasks: 1, bulk: 1), (tasks: 2, bulk: 1), (tasks: 4, bulk: 3)])
    func bulkLeavesATaskForClicksWhereThereAreSeveral(tasks: Int, bulk: Int) async throws {
        let queue = TurnQueue<String>(weight: 2, tasks: tasks)
        for number in 0..<6 { queue.add("b\(number)", to: .bulk) }
        for number in 0..<bulk { #expect(await queue.next() == "b\(number)") }
        async let waiting = queue.next()
        queue.add("click", to: .interactive)
        #expect(await waiting == "click")
        // Only when bulk is through comes more of it.
        async let next = queue.next()
        queue.finished(.interactive)
        queue.finished(.bulk)
        #expect(await next == "b\(bulk)")
    }

    @Test func oneLaneCanBeAskedOutOfTurn() async {
        let queue = TurnQueue<String>(weight: 2, tasks: 4)
        queue.add("b0", to: .bulk)
        #expect(queue.next(of: .interactive) == nil)
        queue.add("i0", to: .interactive)
        #expect(queue.next(of: .interactive) == "i0")
        #expect(queue.next(of: .interactive) == nil)
        #expect(await queue.next() == "b0")
    }

    @Test func closedQueueHandsOutWhatWaitsAndThenNothing() async {
        let queue = TurnQueue<Int>(weight: 1, tasks: 4)
        queue.add(1, to: .interactive)
        queue.add(2, to: .bulk)
        queue.close()
        #expect(await queue.next() == 1)
        #expect(await queue.next() == 2)
        #expect(await queue.next() == nil)
        #expect(await queue.next() == nil)
    }

    @Test func waitingConsumersGetWhatComesEachOnce() async throws {
        let queue = TurnQueue<Int>(weight: 1, tasks: 4)
        let seen = try await withDeadline(for: "all elements") {
            await withTaskGroup(of: [Int].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var mine: [Int] = []
                        while let element = await queue.next() {
                            mine.append(element)
                            queue.finished(element.isMultiple(of: 3) ? .bulk : .interactive)
                        }
                        return mine
                    }
                }
                group.addTask {
                    for number in 0..<1_000 {
                        queue.add(number, to: number.isMultiple(of: 3) ? .bulk : .interactive)
                        if number.isMultiple(of: 50) { await Task.yield() }
                    }
                    queue.close()
                    return []
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(seen.sorted() == Array(0..<1_000))
    }

    @Test func closingEndsThoseWhoWait() async throws {
        let queue = TurnQueue<Int>(weight: 1, tasks: 4)
        let ended = try await withDeadline(for: "all consumers to end") {
            await withTaskGroup(of: Int?.self) { group in
                for _ in 0..<5 { group.addTask { await queue.next() } }
                group.addTask {
                    queue.close()
                    return nil
                }
                return await group.reduce(into: 0) { $0 += $1 == nil ? 1 : 0 }
            }
        }
        #expect(ended == 6)
    }
}
