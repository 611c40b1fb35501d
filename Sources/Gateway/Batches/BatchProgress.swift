// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Synchronization

/// What is under way of one batch, shared by who reads its items, who brings replies, and who writes results.
///
/// Decides under the lock, acts outside of it.
package final class BatchProgress: Sendable {
    typealias Window = ChunkWindow<ChunkDraft>
    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var window: Window
        /// Why it ends before its time.
        var stopped: FailureError?
        var sender: Waiter?
        var reader: Waiter?
        /// Since when the client has not taken what is written.
        var writingSince: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(limit: Int, order: Window.Order) {
        state = Mutex(State(window: Window(limit: limit, order: order)))
    }

    // MARK: Sending

    /// Waits until one more chunk may be sent, or the batch has ended.
    func waitForRoom() async {
        await withCheckedContinuation { continuation in
            change { $0.sender = continuation }
        }
    }

    func add(_ chunk: ChunkDraft, deadline: Int64) {
        change { $0.window.add(chunk.number, chunk, deadline: deadline) }
    }

    func delivered(_ number: UInt32, at place: RecordPlace?) {
        change { $0.window.delivered(number, at: place) }
    }

    func refuse(_ number: UInt32, _ failure: FailureError) {
        change { $0.window.refuse(number, failure) }
    }

    func endInput() {
        change { $0.window.endInput() }
    }

    // MARK: Replies

    /// Brings a reply, or a part of one, as it came.
    ///
    /// - Throws: `malformed`.
    func reply(_ value: UnsafeRawBufferPointer) throws(FailureError) {
        guard let head = ReplyHead(value) else {
            throw FailureError(.malformed, message: "the record is no reply")
        }
        if head.parts > 1 {
            var warnings: [String] = []
            let part = try WireFormat.protobuf.decode(Reply.self, from: value, warnings: &warnings)
            change { $0.window.reply(part) }
        } else {
            // Large: decoded by the task of its own batch, and not where all replies pass.
            let encoded = Array(value)
            change { $0.window.reply(to: head.chunk, encoded) }
        }
    }

    func expire(now: Int64) {
        change { $0.window.expire(now: now, .expired) }
    }

    // MARK: Writing

    /// Waits for the next chunk to write.
    ///
    /// - Returns: `nil`: nothing is left, or the batch was stopped.
    func next() async -> Window.Ended? {
        while true {
            let (chunk, isOver) = state.withLock { state in
                state.stopped == nil ? (state.window.take(), state.window.isOver) : (nil, true)
            }
            if chunk != nil || isOver { return chunk }
            await withCheckedContinuation { continuation in
                change { $0.reader = continuation }
            }
        }
    }

    /// Notes that bytes are given to the client from now on.
    func beginWriting() {
        state.withLock { $0.writingSince = .now }
    }

    /// Notes that the client has room for more.
    ///
    /// - Returns: Whether nothing is under way.
    func written() -> Bool {
        change { state in
            state.writingSince = nil
            state.window.written()
            return state.window.count == 0
        }
    }

    /// Whether nothing is under way.
    var isIdle: Bool { state.withLock { $0.window.count == 0 } }

    // MARK: Its end

    /// Ends the batch before its time; only the first reason counts.
    func stop(_ reason: FailureError) {
        change { $0.stopped = $0.stopped ?? reason }
    }

    var stopReason: FailureError? { state.withLock { $0.stopped } }

    /// Ends the batch if its client has read nothing for so long though it still has items to send: it may wait until all
    /// is sent, which would be for ever.
    func stopIfUnread(for patience: Duration) {
        change { state in
            guard let since = state.writingSince, state.sender != nil, since.duration(to: .now) > patience
            else { return }
            state.stopped = state.stopped ?? .unread
        }
    }

    /// Changes the state, and wakes those who can go on.
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = body(&state)
            var woken: [Waiter] = []
            if state.stopped != nil || state.window.hasRoom, let sender = state.sender {
                woken.append(sender)
                state.sender = nil
            }
            if state.stopped != nil || state.window.hasEnded || state.window.isOver, let reader = state.reader {
                woken.append(reader)
                state.reader = nil
            }
            return (result, woken)
        }
        for waiter in woken { waiter.resume() }
        return result
    }
}

extension FailureError {
    /// A client that sends and does not read.
    static let unread = FailureError(
        .unreadResults,
        message: "the results were not read while the items came, so both would wait for each other; "
            + "read while you send, or send Prefer: respond-async and read the results later"
    )
}
