// SPDX-License-Identifier: Apache-2.0

package import Contract

/// The chunks of a batch between the client that sends items and the one that reads results: a value, events in, actions
/// out.
///
/// ```
/// add ──▶ open ── reply, refusal or deadline ──▶ ended ── its turn ──▶ taken ── written
/// ```
/// As many as `limit` may be under way, from `add` to `written`: what a client does not read, it cannot send more of.
///
/// Generic over what is remembered of a chunk.
package struct ChunkWindow<Content: Sendable> {
    package enum Order: String, Sendable {
        /// As the items came.
        case input
        /// As the chunks are done.
        case completion
    }

    /// A chunk whose answer is known.
    package struct Ended: Sendable {
        package let number: UInt32
        package let content: Content
        package let result: Result<Reply, FailureError>
    }

    private struct Open {
        let content: Content
        let deadline: Int64
        var assembly = ReplyAssembly()
    }

    private let limit: Int
    private let order: Order
    private var open: [UInt32: Open] = [:]
    private var ended: [UInt32: Ended] = [:]
    /// In the order in which they ended.
    private var queue: [UInt32] = []
    private var nextToTake: UInt32 = 0
    private var isTaken = false
    package private(set) var isInputEnded = false

    /// - Parameter limit: Chunks under way at most.
    package init(limit: Int, order: Order) {
        self.limit = limit
        self.order = order
    }

    /// Chunks under way.
    package var count: Int { open.count + ended.count + (isTaken ? 1 : 0) }
    package var hasRoom: Bool { count < limit }
    /// Whether nothing is left to come.
    package var isOver: Bool { isInputEnded && count == 0 }

    // MARK: Events

    /// A chunk is about to be sent.
    ///
    /// - Parameters:
    ///   - number: Numbers follow on each other, in any order.
    ///   - deadline: Unix milliseconds.
    package mutating func add(_ number: UInt32, _ content: Content, deadline: Int64) {
        open[number] = Open(content: content, deadline: deadline)
    }

    /// A reply, or a part of one, arrived; one more to a chunk that has ended changes nothing.
    package mutating func reply(_ part: Reply) {
        guard let whole = open[part.chunk]?.assembly.add(part) else { return }
        end(part.chunk, whole.hasFailure ? .failure(FailureError(whole.failure)) : .success(whole))
    }

    /// A chunk did not get to the workers.
    package mutating func refuse(_ number: UInt32, _ failure: FailureError) {
        end(number, .failure(failure))
    }

    /// Ends the chunks whose deadline has passed.
    ///
    /// - Parameter now: Unix milliseconds.
    package mutating func expire(now: Int64, _ failure: FailureError) {
        for number in open.filter({ $0.value.deadline < now }).keys.sorted() { end(number, .failure(failure)) }
    }

    /// No further chunk will be added.
    package mutating func endInput() {
        isInputEnded = true
    }

    /// Whether there is a chunk to write.
    package var hasEnded: Bool { order == .input ? ended[nextToTake] != nil : !queue.isEmpty }

    /// Takes the next chunk to write; `nil`: none yet.
    package mutating func take() -> Ended? {
        let number = order == .input ? nextToTake : queue.first
        guard let number, let chunk = ended.removeValue(forKey: number) else { return nil }
        nextToTake &+= 1
        if order == .completion { queue.removeFirst() }
        isTaken = true
        return chunk
    }

    /// The chunk that was taken is written.
    package mutating func written() {
        isTaken = false
    }

    private mutating func end(_ number: UInt32, _ result: Result<Reply, FailureError>) {
        guard let chunk = open.removeValue(forKey: number) else { return }
        ended[number] = Ended(number: number, content: chunk.content, result: result)
        if order == .completion { queue.append(number) }
    }
}
