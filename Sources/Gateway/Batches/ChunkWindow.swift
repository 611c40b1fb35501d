// SPDX-License-Identifier: Apache-2.0

package import Contract

/// The chunks of a batch between the client that sends items and the one that reads results: a value, events in, actions
/// out.
///
/// ```
/// add ──▶ open ── reply and its record's place, refusal or deadline ──▶ ended ── its turn ──▶ taken ── written
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
        package let answer: Answer
        /// Where its record lies; `nil`: it is not known, or there is none.
        package let place: RecordPlace?
    }

    package enum Answer: Sendable {
        case reply(Reply)
        /// A reply as it came: who writes it decodes it.
        case encoded([UInt8])
        case failure(FailureError)
    }

    private struct Open {
        let content: Content
        let deadline: Int64
        var assembly = ReplyAssembly()
        var answer: Answer?
        var isDelivered = false
        var place: RecordPlace?
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

    /// A chunk's record is on Kafka, or may be.
    ///
    /// - Parameter place: `nil`: it is not known where.
    package mutating func delivered(_ number: UInt32, at place: RecordPlace?) {
        open[number]?.isDelivered = true
        open[number]?.place = place
        endIfAnswered(number)
    }

    /// A part of a reply arrived; one more to a chunk that has ended changes nothing.
    package mutating func reply(_ part: Reply) {
        guard let whole = open[part.chunk]?.assembly.add(part) else { return }
        open[part.chunk]?.answer = .reply(whole)
        endIfAnswered(part.chunk)
    }

    /// A whole reply arrived; likewise.
    package mutating func reply(to chunk: UInt32, _ encoded: [UInt8]) {
        open[chunk]?.answer = .encoded(encoded)
        endIfAnswered(chunk)
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

    private mutating func endIfAnswered(_ number: UInt32) {
        guard let chunk = open[number], chunk.isDelivered, let answer = chunk.answer else { return }
        end(number, answer)
    }

    private mutating func end(_ number: UInt32, _ answer: Answer) {
        guard let chunk = open.removeValue(forKey: number) else { return }
        ended[number] = Ended(number: number, content: chunk.content, answer: answer, place: chunk.place)
        if order == .completion { queue.append(number) }
    }
}

extension ChunkWindow.Answer {
    /// What is wrong with all items of the batch; `nil`: nothing, or something with one of them, as a chunk of one fails with
    /// its item.
    var problemOfAll: Problem? {
        do throws(FailureError) {
            _ = try reply()
            return nil
        } catch {
            return error.isOfItem ? nil : Problem(error.namedAsInBatch)
        }
    }

    /// The reply, or why there is none.
    func reply() throws(FailureError) -> Reply {
        let reply: Reply
        switch self {
        case .failure(let failure): throw failure
        case .reply(let decoded): reply = decoded
        case .encoded(let bytes):
            var warnings: [String] = []
            do {
                reply = try bytes.withUnsafeBytes {
                    try WireFormat.protobuf.decode(Reply.self, from: $0, warnings: &warnings)
                }
            } catch {
                throw FailureError(.internal, message: "the workers' reply cannot be read; update the gateway")
            }
        }
        if reply.hasFailure { throw FailureError(reply.failure) }
        return reply
    }
}
