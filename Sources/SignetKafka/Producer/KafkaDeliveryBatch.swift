// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
internal import Synchronization

/// Records whose deliveries are awaited together: one counter for all, no allocation for each.
///
/// Append from one task, then await `delivered()`. Bytes are copied on appending.
///
/// `@unchecked Sendable`: all state is in the lock or atomic; the slots' memory is written by the one delivery report that
/// belongs to each slot, before it is counted, and read after all are counted.
public final class KafkaDeliveryBatch: @unchecked Sendable {
    /// One record on its way; its address is the record's opaque pointer.
    private struct Slot {
        var batch: Unmanaged<KafkaDeliveryBatch>
        var index: Int32
        var bytes = 0
        var partition: Int32 = -1
        var offset: Int64 = -1
    }

    private struct State {
        var appended = 0
        var failures: [KafkaDeliveryOutcome.Failure] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let client: NativeClient
    private let inFlight: InFlightBytes
    private let slotsInChunk: Int
    private var chunks: [UnsafeMutablePointer<Slot>] = []
    private let state = Mutex(State())
    /// Records that are not answered for yet. Counted beside the lock, which the appending task needs all the time.
    private let pending = Atomic<Int>(0)

    init(client: NativeClient, inFlight: InFlightBytes, minimumCapacity: Int) {
        self.client = client
        self.inFlight = inFlight
        slotsInChunk = max(1, min(minimumCapacity, 4_096))
    }

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// Records appended so far.
    public var count: Int { state.withLock { $0.appended } }

    /// Hands a record to the producer.
    ///
    /// - Parameters:
    ///   - topic: The topic's name.
    ///   - partition: `nil`: by the hash of the key, or any if there is none.
    ///   - key: `nil`: no key, which is not the same as an empty one.
    ///   - value: `nil`: a null value (a tombstone).
    ///   - headers: In their order.
    ///   - timestamp: Unix milliseconds; `nil`: now.
    /// - Throws: What the producer refuses at once: `queueFull`, `messageTooLarge`, an unknown topic or partition.
    public func append(
        topic: String,
        partition: Int32? = nil,
        key: UnsafeRawBufferPointer? = nil,
        value: UnsafeRawBufferPointer?,
        headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) throws(KafkaError) {
        try append(
            topic: topic,
            partition: partition,
            key: key,
            value: value,
            headers: headers.isEmpty ? nil : Self.makeHeaders(headers),
            headerBytes: headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) },
            timestamp: timestamp
        )
    }

    /// Hands a record to the producer; as above, with headers that it takes over.
    public func append(
        topic: String,
        partition: Int32? = nil,
        key: UnsafeRawBufferPointer? = nil,
        value: [UInt8],
        nativeHeaders headers: consuming KafkaHeaders
    ) throws(KafkaError) {
        let native = headers.take()
        try Self.lend(value) { (value) throws(KafkaError) in
            try append(
                topic: topic,
                partition: partition,
                key: key,
                value: value,
                headers: native,
                // Headers of this kind are few, and short beside what the limit of bytes in flight is for.
                headerBytes: 0,
                timestamp: nil
            )
        }
    }

    /// - Parameter native: Owned from here on, also where the record is refused.
    private func append(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers native: OpaquePointer?,
        headerBytes: Int,
        timestamp: Int64?
    ) throws(KafkaError) {
        var isTaken = false
        defer { if let native, !isTaken { rd_kafka_headers_destroy(native) } }
        guard !client.isClosed else {
            throw KafkaError(code: .destroyed, message: "writing to topic \(topic): the producer is closed")
        }
        let bytes = (key?.count ?? 0) + (value?.count ?? 0) + headerBytes
        guard inFlight.take(bytes) else {
            throw KafkaError(
                code: .queueFull,
                message: "writing to topic \(topic): as many bytes as allowed are in flight",
                isRetriable: true
            )
        }
        let slot = nextSlot()
        slot.pointee.bytes = bytes
        let code = topic.withCString { name in
            signet_kafka_produce(
                client.handle,
                name,
                partition ?? RD_KAFKA_PARTITION_UA,
                Self.address(of: key),
                key?.count ?? 0,
                Self.address(of: value),
                value?.count ?? 0,
                timestamp ?? 0,
                native,
                slot
            )
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            slot.pointee.batch.release()
            inFlight.give(bytes)
            takeBack()
            throw KafkaError(code, while: "writing to topic \(topic)")
        }
        isTaken = true
        // The producer closed meanwhile and may have missed this record: report it as the others were.
        if client.isClosed { client.purge() }
    }

    /// Hands a record to the producer; as above.
    public func append(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: [KafkaHeader] = [],
        timestamp: Int64? = nil
    ) throws(KafkaError) {
        try Self.lend(key) { (key) throws(KafkaError) in
            try Self.lend(value) { (value) throws(KafkaError) in
                try append(
                    topic: topic,
                    partition: partition,
                    key: key,
                    value: value,
                    headers: headers,
                    timestamp: timestamp
                )
            }
        }
    }

    private static func lend<Failure: Error>(
        _ bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        guard let bytes else { return try body(nil) }
        // The standard library's closure rethrows untyped.
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(Failure) in try body(buffer) }
        }
        try result.get()
    }

    /// Waits until the broker has answered for every record, or the producer has given up on it.
    public func delivered() async -> KafkaDeliveryOutcome {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if pending.load(ordering: .acquiring) == 0 { return true }
                state.waiters.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
        return outcome()
    }

    private func outcome() -> KafkaDeliveryOutcome {
        state.withLock { state in
            var positions: [KafkaDeliveryOutcome.Position] = []
            positions.reserveCapacity(state.appended)
            for index in 0..<state.appended {
                let slot = chunks[index / slotsInChunk][index % slotsInChunk]
                positions.append(.init(partition: slot.partition, offset: slot.offset))
            }
            return KafkaDeliveryOutcome(positions: positions, failures: state.failures.sorted { $0.index < $1.index })
        }
    }

    // MARK: Slots

    private func nextSlot() -> UnsafeMutablePointer<Slot> {
        state.withLock { state in
            let index = state.appended
            if index / slotsInChunk == chunks.count { chunks.append(.allocate(capacity: slotsInChunk)) }
            state.appended += 1
            pending.add(1, ordering: .relaxed)
            let slot = chunks[index / slotsInChunk] + index % slotsInChunk
            // +1 for the delivery report, which takes it back; or for `append`, if the record is refused.
            slot.initialize(to: Slot(batch: .passRetained(self), index: Int32(clamping: index)))
            return slot
        }
    }

    private func takeBack() {
        state.withLock { $0.appended -= 1 }
        countDown()
    }

    /// One record less to wait for; wakes those who wait for the last.
    private func countDown() {
        // Whoever begins to wait looks at the counter within the lock, so that none is missed.
        guard pending.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        let waiters = state.withLock { state in
            guard pending.load(ordering: .acquiring) == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The producer's poll thread, once for each record: counts it.
    static let report:
        @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void = {
            _,
            message,
            _ in
            guard let message, let opaque = message.pointee._private else { return }
            let slot = opaque.assumingMemoryBound(to: Slot.self)
            let batch = slot.pointee.batch.takeRetainedValue()
            slot.pointee.partition = message.pointee.partition
            slot.pointee.offset = message.pointee.offset
            batch.inFlight.give(slot.pointee.bytes)
            let code = message.pointee.err
            let status = rd_kafka_message_status(message)
            batch.count(index: Int(slot.pointee.index), code: code, status: status)
        }

    private func count(index: Int, code: rd_kafka_resp_err_t, status: rd_kafka_msg_status_t) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let failure = KafkaDeliveryOutcome.Failure(
                index: index,
                status: status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED ? .failed : .unknown,
                error: KafkaError(code, while: "delivering a record")
            )
            state.withLock { $0.failures.append(failure) }
        }
        countDown()
    }

    // MARK: C

    private static func makeHeaders(_ headers: [KafkaHeader]) -> OpaquePointer {
        var native = KafkaHeaders(capacity: headers.count)
        for header in headers { lend(header.value) { native.add(header.name, $0) } }
        return native.take()
    }

    /// An empty buffer has no address, but to librdkafka no address means null.
    static func address(of bytes: UnsafeRawBufferPointer?) -> UnsafeRawPointer? {
        guard let bytes else { return nil }
        return bytes.baseAddress ?? UnsafeRawPointer(empty)
    }

    // One byte for the life of the process, never read or written.
    private nonisolated(unsafe) static let empty = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
}
