// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct HopMemoryTests {
    private func hop(_ number: UInt32, of job: String = "a") -> HopMemory.Hop { .init(jobID: job, number: number) }

    @Test func aHopThatWasDoneIsNotDoneAgain() {
        let memory = HopMemory()
        #expect(memory.begin(hop(0)) == .unknown)
        memory.end(hop(0))
        #expect(memory.begin(hop(0)) == .done)
        #expect(memory.begin(hop(2)) == .unknown)
        // An earlier one that comes again is behind.
        #expect([0, 1].allSatisfy { memory.begin(hop($0)) == .done })
        #expect(memory.begin(hop(0, of: "b")) == .unknown)
    }

    @Test func aHopThatDidNotEndIsKnownToHaveBegun() {
        let memory = HopMemory()
        _ = memory.begin(hop(1))
        #expect(memory.begin(hop(1)) == .begun)
        // The end of another hop is not its own.
        memory.end(hop(0))
        #expect(memory.begin(hop(1)) == .begun)
        memory.end(hop(1))
        #expect(memory.begin(hop(1)) == .done)
    }

    @Test func theOldestJobsAreForgotten() {
        let memory = HopMemory(capacity: 10)
        for number in 0..<25 {
            _ = memory.begin(hop(0, of: String(number)))
            memory.end(hop(0, of: String(number)))
        }
        #expect(memory.begin(hop(0, of: "24")) == .done)
        #expect(memory.begin(hop(0, of: "15")) == .done)
        #expect(memory.begin(hop(0, of: "0")) == .unknown)
    }
}
