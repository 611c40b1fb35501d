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
    /// Replies to jobs that no one waits for any more, for one reader.
    let lateReplies: AsyncStream<(job: AcceptedJob, reply: Reply)>
    private let comesLate: AsyncStream<(job: AcceptedJob, reply: Reply)>.Continuation
    private let metrics: GatewayMetrics
    /// Unix milliseconds.
    private let clock: @Sendable () -> Int64

    init(
        maximumWaiting: Int,
        maximumOpen: Int,
        metrics: GatewayMetrics,
        clock: @escaping @Sendable () -> Int64
    ) {
        table = Mutex(Table(maximumWaiting: maximumWaiting, maximumOpen: maximumOpen))
        // As many as there can be: each job has one.
        (lateReplies, comesLate) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(maximumOpen))
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
        for _ in expired { metrics.expired() }
    }

    /// Whether no new jobs are taken.
    var isClosed: Bool { table.withLock { $0.isClosed } }

    /// Takes no new jobs, and ends every wait as soon as the delivery of its job is known.
    package func close() {
        for action in table.withLock({ $0.close() }) { act(on: action) }
    }

    /// Tells the job states of replies that came too late, until the task is cancelled.
    package func settleLateReplies(in states: JobStates) async {
        for await (job, reply) in lateReplies { await states.settle(job, reply) }
    }

    private func act(on action: Table.Action) {
        switch action {
        case .none: break
        case .resume(let continuation, let outcome): continuation.resume(returning: outcome)
        case .settle(let job, let reply): comesLate.yield((job, reply))
        case .foreign: metrics.foreignReply()
        }
    }
}
