// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@Suite struct HopMemoryTests {
    @Test func aHopThatWasDoneIsNotDoneAgain() {
        let memory = HopMemory()
        func hop(_ number: UInt32, of job: String = "a") -> HopMemory.Hop { .init(jobID: job, number: number) }
        #expect(!memory.isDone(hop(0)))
        memory.note(hop(0))
        memory.note(hop(2))
        memory.note(hop(1))
        #expect([0, 1, 2].allSatisfy { memory.isDone(hop($0)) })
        #expect(!memory.isDone(hop(3)))
        #expect(!memory.isDone(hop(0, of: "b")))
    }

    @Test func theOldestJobsAreForgotten() {
        let memory = HopMemory(capacity: 10)
        for number in 0..<25 { memory.note(.init(jobID: String(number), number: 0)) }
        #expect(!memory.isDone(.init(jobID: "0", number: 0)))
        #expect(memory.isDone(.init(jobID: "24", number: 0)))
        #expect(memory.isDone(.init(jobID: "15", number: 0)))
    }
}
