// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct OrderByKeyTests {
    private final class Log: Sendable {
        let ran = Mutex<[Int]>([])
    }

    @Test func whatHasOneKeyRunsInItsOrderAndWhatHasAnotherBesideIt() async {
        let order = OrderByKey()
        let keys: [[UInt8]] = [[1], [2], [1], [1], [2]]
        let places = keys.map { order.take($0) }
        let log = Log()
        // The other key is not held up by the first one, which has not left.
        await order.turn(places[0])
        await order.turn(places[1])
        await withTaskGroup(of: Void.self) { group in
            for index in [4, 3, 2] {
                group.addTask {
                    await order.turn(places[index])
                    log.ran.withLock { $0.append(index) }
                    order.leave(places[index])
                }
            }
            order.leave(places[1])
            order.leave(places[0])
        }
        let sequence = log.ran.withLock { $0 }
        #expect(sequence.count == 3)
        #expect(sequence.filter { keys[$0] == [1] } == [2, 3])
    }

    @Test func whoLeavesBeforeItsTurnHoldsUpNobody() async {
        let order = OrderByKey()
        let places = (0..<3).map { _ in order.take([7]) }
        order.leave(places[1])
        order.leave(places[0])
        await order.turn(places[2])
        order.leave(places[2])
        // A key that nobody waits for any more begins anew.
        await order.turn(order.take([7]))
    }
}
