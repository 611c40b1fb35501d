// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Synchronization

/// The waiting table, shared by the requests that wait and the router that brings the replies.
///
/// Decides under the lock, acts outside of it.
package final class WaitingRoom: Sendable {
    private typealias Table = WaitingTable<CheckedContinuation<WaitingOutcome, Never>>

    private let table: Mutex<Table>
    private let address = Mutex<ReplyAddress?>(nil)
    /// Known once the position has been resolved for the first time.
    let positioned = OneShot<Void>()
    private let states: any JobStates
    private let metrics: GatewayMetrics
    /// Unix milliseconds.
    private let clock: @Sendable () -> Int64

    init(
        maximumWaiting: Int,
        maximumOpen: Int,
        states: any JobStates,
        metrics: GatewayMetrics,
        clock: @escaping @Sendable () -> Int64
    ) {
        table = Mutex(Table(maximumWaiting: maximumWaiting, maximumOpen: maximumOpen))
        self.states = states
        self.metrics = metrics
        self.clock = clock
    }

    /// Where replies are read; `nil` until the position there is resolved.
    package var replyAddress: ReplyAddress? {
        get { address.withLock { $0 } }
        set {
            address.withLock { $0 = newValue }
            if newValue != nil { positioned.resolve(.success(())) }
        }
    }

    /// Whether a job of this id has no reply yet.
    func expects(_ id: CorrelationID) -> Bool {
        table.withLock { $0.contains(id) }
    }

    func open(_ job: AcceptedJob) throws(WaitingRefusal) {
        let result = table.withLock { table in
            Result { () throws(WaitingRefusal) in try table.open(job) }
        }
        try result.get()
    }

    /// Waits for how the job that was opened as `id` ends for its request.
    ///
    /// Cancellation does not end it: whoever calls reports the end of its wait.
    func wait(for id: CorrelationID) async -> WaitingOutcome {
        await withCheckedContinuation { continuation in
            act(on: table.withLock { $0.wait(for: id, continuation) })
        }
    }

    func delivery(of id: CorrelationID, _ delivery: JobDelivery) {
        act(on: table.withLock { $0.delivery(of: id, delivery) })
    }

    func waitIsOver(for id: CorrelationID) {
        act(on: table.withLock { $0.waitIsOver(for: id) })
    }

    package func reply(to id: CorrelationID, _ reply: Reply) {
        act(on: table.withLock { $0.reply(to: id, reply) })
    }

    /// Ends the jobs whose deadline has passed; called about once a second.
    package func expire() {
        let now = clock()
        let (expired, waiting, open) = table.withLock { table in
            (table.expire(now: now), table.waiting, table.count)
        }
        metrics.waiting(waiting, open: open)
        for job in expired {
            states.settle(job, .expired, now: now)
            metrics.expired()
        }
    }

    /// Takes no new jobs, and ends every wait as soon as the delivery of its job is known.
    package func close() {
        for action in table.withLock({ $0.close() }) { act(on: action) }
    }

    private func act(on action: Table.Action) {
        switch action {
        case .none: break
        case .resume(let continuation, let outcome): continuation.resume(returning: outcome)
        case .settle(let job, let reply): states.settle(job, JobState(reply, to: job), now: clock())
        case .foreign: metrics.foreignReply()
        }
    }
}
