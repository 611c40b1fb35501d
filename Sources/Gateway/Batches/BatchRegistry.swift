// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Synchronization

/// The batches that wait for replies, by the job that each of them is.
package final class BatchRegistry: Sendable {
    private struct State {
        var batches: [CorrelationID: BatchProgress] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let maximum: Int
    private let metrics: GatewayMetrics

    /// - Parameter maximum: Batches at the same time at most.
    init(maximum: Int, metrics: GatewayMetrics) {
        self.maximum = maximum
        self.metrics = metrics
    }

    func open(_ batch: BatchProgress, as id: CorrelationID) throws(WaitingRefusal) {
        let result: Result<Int, WaitingRefusal> = state.withLock { state in
            if state.isClosed { return .failure(.closed) }
            guard state.batches.count < maximum else { return .failure(.full) }
            state.batches[id] = batch
            return .success(state.batches.count)
        }
        metrics.batches(try result.get())
    }

    func remove(_ id: CorrelationID) {
        metrics.batches(
            state.withLock { state in
                state.batches[id] = nil
                return state.batches.count
            }
        )
    }

    /// Whether a batch of this id waits for replies.
    func expects(_ id: CorrelationID) -> Bool {
        state.withLock { $0.batches[id] != nil }
    }

    /// Brings a reply in Protobuf to the batch that waits for it, if one does.
    ///
    /// - Throws: `malformed`.
    package func reply(to id: CorrelationID, _ value: UnsafeRawBufferPointer) throws(FailureError) {
        try state.withLock { $0.batches[id] }?.reply(value)
    }

    /// Takes no new batches, and ends those that are under way.
    package func close() {
        let batches = state.withLock { state in
            state.isClosed = true
            return Array(state.batches.values)
        }
        let reason = FailureError(.notReady, message: "the gateway is stopping; send the rest to another one")
        for batch in batches { batch.stop(reason) }
    }
}
