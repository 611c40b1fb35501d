// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Testing

@Suite struct JobStateTableTests {
    private var table = JobStateTable(retention: 100, capacity: 2)

    private func job(deadline: Int64 = 50) -> AcceptedJob {
        AcceptedJob(id: JobID(unixMilliseconds: 0), acceptedAt: 0, deadline: deadline, answer: .upload)
    }

    @Test mutating func replyThatOvertakesTheEndOfTheWaitIsKept() {
        let job = job()
        table.settle(job, .done([1]), now: 10)
        table.accept(job)
        #expect(table.find(job.id, now: 20)?.state.name == "done")
    }

    @Test mutating func firstTerminalStateStays() {
        let job = job()
        table.accept(job)
        table.settle(job, .failed(FailureError(.invalidBucket, message: "")), now: 10)
        table.settle(job, .done([1]), now: 11)
        #expect(table.find(job.id, now: 20)?.state.name == "failed")
        #expect(table.find(job.id, now: 20)?.endedAt == 10)
    }

    @Test mutating func jobExpiresAtItsDeadlineWithoutAnEvent() {
        let job = job()
        table.accept(job)
        #expect(table.find(job.id, now: 50)?.state.name == "accepted")
        #expect(table.find(job.id, now: 51)?.state.name == "expired")
    }

    @Test mutating func replyBehindTheDeadlineChangesNothing() {
        let job = job()
        table.accept(job)
        table.settle(job, .done([1]), now: 51)
        #expect(table.find(job.id, now: 51)?.state.name == "expired")
    }

    @Test mutating func jobIsForgottenAfterItsRetention() {
        let job = job()
        table.settle(job, .done([1]), now: 10)
        #expect(table.find(job.id, now: 150) != nil)
        #expect(table.find(job.id, now: 151) == nil)
        table.trim(now: 151)
        #expect(table.count == 0)
    }

    @Test mutating func oldestFinishedJobsGoFirstAndOpenOnesStay() {
        let open = job()
        let finished = (0..<3).map { _ in job() }
        table.accept(open)
        for job in finished { table.settle(job, .done([1]), now: 10) }
        table.trim(now: 10)
        #expect(table.find(finished[0].id, now: 10) == nil)
        #expect(table.find(finished[1].id, now: 10) != nil)
        #expect(table.find(finished[2].id, now: 10) != nil)
        #expect(table.find(open.id, now: 10) != nil)
    }
}
