// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Testing

@Suite struct WaitingTableTests {
    private typealias Table = WaitingTable<Int>

    private var table = WaitingTable<Int>(maximumWaiting: 2, maximumOpen: 3)
    private let job = Self.makeJob()

    private static func makeJob(deadline: Int64 = 1_000) -> AcceptedJob {
        AcceptedJob(id: JobID(unixMilliseconds: 0), acceptedAt: 0, deadline: deadline, answer: .upload)
    }

    private func reply(part: UInt32 = 0, of parts: UInt32 = 0) -> Reply {
        var reply = Reply()
        reply.part = part
        reply.parts = parts
        return reply
    }

    /// How an action ends a wait, in a form that compares.
    private func outcome(_ action: WaitingTable<Int>.Action) -> String {
        switch action {
        case .none: "none"
        case .foreign: "foreign"
        case .settle: "settle"
        case .resume(let waiter, .replied): "\(waiter) replied"
        case .resume(let waiter, .refused): "\(waiter) refused"
        case .resume(let waiter, .detached): "\(waiter) detached"
        }
    }

    @Test mutating func replyReachesTheWaiterEvenBeforeTheDeliveryIsConfirmed() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        #expect(outcome(table.wait(for: id, 7)) == "none")
        #expect(outcome(table.reply(to: id, reply())) == "7 replied")
        #expect(outcome(table.delivery(of: id, .confirmed(at: nil))) == "none")
        #expect(table.count == 0)
        #expect(table.waiting == 0)
    }

    @Test mutating func replyThatComesBeforeTheWaiterIsKeptForIt() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        #expect(outcome(table.reply(to: id, reply())) == "none")
        #expect(outcome(table.wait(for: id, 7)) == "7 replied")
        #expect(table.count == 0)
    }

    @Test mutating func secondReplyIsForeign() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        _ = table.reply(to: id, reply())
        #expect(outcome(table.reply(to: id, reply())) == "foreign")
    }

    @Test mutating func waitThatIsOverDetachesTheJobAndTheLateReplySettlesIt() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        #expect(outcome(table.delivery(of: id, .confirmed(at: nil))) == "none")
        #expect(outcome(table.waitIsOver(for: id)) == "7 detached")
        #expect(table.waiting == 0)
        #expect(table.count == 1)
        #expect(outcome(table.reply(to: id, reply())) == "settle")
        #expect(table.count == 0)
    }

    @Test mutating func waitGoesOnUntilTheDeliveryIsKnown() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        #expect(outcome(table.waitIsOver(for: id)) == "none")
        #expect(outcome(table.delivery(of: id, .confirmed(at: nil))) == "7 detached")
    }

    @Test mutating func possiblyPersistedIsAcceptedAndNotRefused() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        #expect(outcome(table.delivery(of: id, .unknown)) == "none")
        #expect(outcome(table.waitIsOver(for: id)) == "7 detached")
    }

    @Test mutating func failedDeliveryRefusesTheRequestAndForgetsTheJob() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        #expect(outcome(table.delivery(of: id, .failed(.unavailable))) == "7 refused")
        #expect(table.count == 0)
    }

    @Test mutating func splitReplyCompletesWithItsLastPart() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        #expect(outcome(table.reply(to: id, reply(part: 1, of: 2))) == "none")
        #expect(outcome(table.reply(to: id, reply(part: 1, of: 2))) == "none")
        #expect(outcome(table.reply(to: id, reply(part: 0, of: 2))) == "7 replied")
    }

    @Test mutating func boundsHoldForWaitersAndForOpenJobs() throws {
        let jobs = (0..<4).map { _ in Self.makeJob() }
        try table.open(jobs[0])
        try table.open(jobs[1])
        #expect(throws: WaitingRefusal.full) { try table.open(jobs[2]) }
        for (waiter, job) in jobs[..<2].enumerated() {
            let id = CorrelationID(job.id)
            _ = table.wait(for: id, waiter)
            _ = table.delivery(of: id, .confirmed(at: nil))
            _ = table.waitIsOver(for: id)
        }
        // Two detached jobs stay open: there is room for one more, then for none.
        try table.open(jobs[2])
        #expect(throws: WaitingRefusal.full) { try table.open(jobs[3]) }
    }

    @Test mutating func onlyDetachedJobsBehindTheirDeadlineExpire() throws {
        let late = Self.makeJob(deadline: 10)
        let waiting = Self.makeJob(deadline: 10)
        try table.open(late)
        try table.open(waiting)
        let id = CorrelationID(late.id)
        _ = table.wait(for: id, 1)
        _ = table.delivery(of: id, .confirmed(at: nil))
        _ = table.waitIsOver(for: id)
        #expect(table.expire(now: 10).isEmpty)
        #expect(table.expire(now: 11) == [late])
        #expect(outcome(table.reply(to: id, reply())) == "foreign")
        #expect(table.count == 1)
    }

    @Test mutating func closingEndsWaitsAndTakesNoJobs() throws {
        let id = CorrelationID(job.id)
        try table.open(job)
        _ = table.wait(for: id, 7)
        _ = table.delivery(of: id, .confirmed(at: nil))
        #expect(table.close().map(outcome) == ["7 detached"])
        #expect(throws: WaitingRefusal.closed) { try table.open(Self.makeJob()) }
    }
}
