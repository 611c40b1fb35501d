// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What a consumer has to say, in the order in which it happened.
public enum KafkaConsumerEvent: Sendable {
    /// Records to work on.
    case records(KafkaRecordBatch)
    /// Partitions that are now ours, and the epoch that names this assignment.
    case assigned([KafkaTopicPartition], epoch: UInt64)
    /// Partitions that another member shall have: finish what is in flight, store offsets, then `complete()`.
    case revoking(KafkaRevocation)
    /// Records that the broker deleted, for they were too old or too many, before they were read.
    case lost(KafkaTopicPartition, Range<Int64>)
    /// Offsets without records, though they were read twice.
    case hole(KafkaTopicPartition, Range<Int64>)
    /// Something went wrong that the consumer survives.
    case failed(KafkaError)
}

/// Partitions on their way to another member of the group.
///
/// The consumer keeps serving its queue until `complete()` or until its drain budget ends; then it commits what was
/// stored and lets go.
public final class KafkaRevocation: Sendable {
    /// Partitions to be given back.
    public let partitions: [KafkaTopicPartition]
    /// Names the assignment that ends.
    public let epoch: UInt64
    /// They are gone already: offsets can no longer be stored.
    public let isLost: Bool
    private let wake: @Sendable () -> Void
    private let done = Atomic<Bool>(false)

    init(partitions: [KafkaTopicPartition], epoch: UInt64, isLost: Bool, wake: @escaping @Sendable () -> Void) {
        self.partitions = partitions
        self.epoch = epoch
        self.isLost = isLost
        self.wake = wake
    }

    /// Nothing of the partitions is in flight any more.
    public func complete() {
        done.store(true, ordering: .releasing)
        wake()
    }

    var isComplete: Bool { done.load(ordering: .acquiring) }
}

/// The events of one consumer: for one reader, in order. Bounded, for the consumer fetches no further while
/// its batches are held.
public struct KafkaConsumerEvents: AsyncSequence, Sendable {
    /// What happened.
    public typealias Element = KafkaConsumerEvent
    /// None: errors are events.
    public typealias Failure = Never

    let mailbox: Mailbox

    /// For one reader.
    public func makeAsyncIterator() -> Iterator { Iterator(mailbox: mailbox) }

    /// Hands out the events in order.
    public struct Iterator: AsyncIteratorProtocol {
        let mailbox: Mailbox

        /// Waits for the next event; `nil` once the consumer has closed.
        public func next() async -> KafkaConsumerEvent? {
            await mailbox.next()
        }

        /// Waits for the next event; `nil` once the consumer has closed.
        public func next(isolation actor: isolated (any Actor)?) async throws(Never) -> KafkaConsumerEvent? {
            await mailbox.next()
        }
    }

    final class Mailbox: Sendable {
        private struct State {
            var events: [KafkaConsumerEvent] = []
            var reader: CheckedContinuation<KafkaConsumerEvent?, Never>?
            var isFinished = false
        }

        private let state = Mutex(State())

        func put(_ event: KafkaConsumerEvent) {
            let reader = state.withLock { state -> CheckedContinuation<KafkaConsumerEvent?, Never>? in
                if state.isFinished { return nil }
                guard let reader = state.reader else {
                    state.events.append(event)
                    return nil
                }
                state.reader = nil
                return reader
            }
            reader?.resume(returning: event)
        }

        func finish() {
            let reader = state.withLock { state in
                state.isFinished = true
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: nil)
        }

        func next() async -> KafkaConsumerEvent? {
            await withCheckedContinuation { continuation in
                let answer: KafkaConsumerEvent?? = state.withLock { state in
                    if !state.events.isEmpty { return .some(state.events.removeFirst()) }
                    if state.isFinished { return .some(nil) }
                    state.reader = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        }
    }
}
