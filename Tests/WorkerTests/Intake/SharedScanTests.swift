// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct SharedScanTests {
    private struct Counts {
        var begun = 0
        var running = 0
        var overlaps = 0
    }

    private final class Scans: Sendable {
        let counts = Mutex(Counts())

        var begun: Int { counts.withLock { $0.begun } }

        /// - Returns: Which one it is, and from where on.
        func run(_ start: Int64) async -> (number: Int, start: Int64) {
            let number = counts.withLock { counts in
                counts.begun += 1
                counts.running += 1
                if counts.running > 1 { counts.overlaps += 1 }
                return counts.begun
            }
            for _ in 0..<20 { await Task.yield() }
            counts.withLock { $0.running -= 1 }
            return (number, start)
        }
    }

    @Test func eachHasAScanThatBeganBehindItsQuestionAndNoTwoRunAtOnce() async throws {
        let scans = Scans()
        let scan = SharedScan { await scans.run($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in 0..<Int64(300) {
                group.addTask {
                    let before = scans.begun
                    let answer = try await scan.value(since: start)
                    #expect(answer.number > before)
                    #expect(answer.start <= start)
                }
            }
            try await group.waitForAll()
        }
        let counts = scans.counts.withLock { $0 }
        #expect(counts.overlaps == 0)
        #expect((1..<300).contains(counts.begun))
    }

    @Test func aScanThatFailsFailsThoseWhoWaitForItAlone() async throws {
        struct Broken: Error {}
        let scan = SharedScan<Int64> { start in
            if start == 1 { throw Broken() }
            return start
        }
        await #expect(throws: Broken.self) { try await scan.value(since: 1) }
        let next = try await scan.value(since: 2)
        #expect(next == 2)
    }
}
