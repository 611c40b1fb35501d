// SPDX-License-Identifier: Apache-2.0

internal import CRDKafka
internal import Logging
internal import Synchronization

/// The consumer's one thread and what it alone touches.
///
/// Everything that changes what is fetched (assign, pause, resume, commit on revoke) happens on this thread between two
/// polls: before librdkafka 2.1.0 doing so from another thread while a batch is taken may skip or lose records.
/// Others post a command and wake the thread.
///
/// `@unchecked Sendable`: the plain variables are touched by the poll thread only (rebalance callbacks run on it, within
/// a poll); what others touch is in `shared`.
final class ConsumerPoller: @unchecked Sendable {
    private struct Shared {
        /// `nil`: the consumer closes and carries out nothing more.
        var commands: [@Sendable (ConsumerPoller?) -> Void] = []
        var isStopping = false
        var hasEnded = false
        /// Batches handed out and not yet released.
        var outstanding = 0
        /// Whose offsets may be stored, and under which epoch.
        var assignment: [KafkaTopicPartition: UInt64] = [:]

        /// Whether what was read in an epoch is still this consumer's.
        func owns(_ partition: KafkaTopicPartition, under epoch: UInt64) -> Bool {
            // A batch may be younger than the assignment of its partition, where others were added since, but not older.
            assignment[partition].map { $0 <= epoch } ?? false
        }
    }

    let client: NativeClient
    let mailbox = KafkaConsumerEvents.Mailbox()
    private let context: RebalanceContext
    private let options: KafkaConsumerOptions
    private let logger: Logger
    private let shared = Mutex(Shared())
    private let wakeUp = ThreadSignal()
    /// When the loop last came round.
    let pulse = Pulse()

    // The poll thread only.
    private let queue: NativeQueue
    private var epoch: UInt64 = 0
    private var owned: Set<KafkaTopicPartition> = []
    private var pausedByCaller: Set<KafkaTopicPartition> = []
    /// As the library has them: it keeps a partition paused even while it belongs to others.
    private var paused: Set<KafkaTopicPartition> = []
    private var isHeldBack = false
    private var gaps = GapDetector()
    private var starts = StartDetector()
    /// Partitions that are to be read again, and from where.
    private var seeks: [GapDetector.Key: (partition: KafkaTopicPartition, offset: Int64)] = [:]
    private var revocation: (announced: KafkaRevocation, until: ContinuousClock.Instant)?
    /// Begun within a poll: announced after the records that the same poll brought, which come before it.
    private var unannounced: KafkaRevocation?

    init(
        configuration: KafkaConfiguration,
        options: KafkaConsumerOptions,
        metrics: KafkaMetrics?,
        logger: Logger
    ) throws(KafkaError) {
        self.options = options
        self.logger = logger
        context = RebalanceContext(logger: logger, metrics: metrics)
        client = try NativeClient(RD_KAFKA_CONSUMER, configuration: configuration, context: context) { pointer in
            rd_kafka_conf_set_rebalance_cb(pointer, RebalanceContext.rebalance)
        }
        try KafkaError.check(rd_kafka_poll_set_consumer(client.handle), while: "making the consumer's queue")
        queue = try NativeQueue(consumerOf: client)
    }

    // MARK: From other threads

    /// Carries out `body` on the poll thread between two polls.
    func perform<Answer: Sendable>(
        _ body: @escaping @Sendable (ConsumerPoller) throws(KafkaError) -> Answer
    ) async throws(KafkaError) -> Answer {
        let answer: Result<Answer, KafkaError> = await withCheckedContinuation { continuation in
            let isAccepted = post { poller in
                guard let poller else { return continuation.resume(returning: .failure(Self.closed)) }
                do throws(KafkaError) {
                    continuation.resume(returning: .success(try body(poller)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !isAccepted { continuation.resume(returning: .failure(Self.closed)) }
        }
        return try answer.get()
    }

    /// - Returns: Whether the command will be called: with `nil`, if the consumer has closed by then.
    private func post(_ command: @escaping @Sendable (ConsumerPoller?) -> Void) -> Bool {
        let isAccepted = shared.withLock { shared in
            if shared.hasEnded { return false }
            shared.commands.append(command)
            return true
        }
        if isAccepted { wake() }
        return isAccepted
    }

    private static let closed = KafkaError(code: .destroyed, message: "the consumer is closed")

    func stop() {
        shared.withLock { $0.isStopping = true }
        wake()
    }

    func storeOffset(_ next: Int64, of partition: KafkaTopicPartition, epoch: UInt64) throws(KafkaError) {
        // Under the lock, so that a partition cannot be lost between the check and the store.
        let code: rd_kafka_resp_err_t? = shared.withLock { shared in
            guard shared.owns(partition, under: epoch) else { return nil }
            let list = NativePartitionList([partition: next])
            return list.withPointer { pointer in
                let code = rd_kafka_offsets_store(client.handle, pointer)
                return code == RD_KAFKA_RESP_ERR_NO_ERROR ? NativePartitionList.firstError(in: pointer) : code
            }
        }
        guard let code else {
            throw KafkaError(code: .state, message: "\(partition) is no longer assigned under epoch \(epoch)")
        }
        try KafkaError.check(code, while: "storing the offset of \(partition)")
    }

    func owns(_ position: KafkaPosition) -> Bool {
        shared.withLock { $0.owns(position.partition, under: position.epoch) }
    }

    func membership(of positions: [KafkaPosition]) throws(KafkaError) -> NativeMembership {
        // Asked for before the look at the assignment: should the group rebalance between, the broker refuses the older.
        let membership = try NativeMembership(of: client)
        let stale = shared.withLock { shared in
            positions.first { !shared.owns($0.partition, under: $0.epoch) }
        }
        guard let stale else { return membership }
        throw KafkaError(
            code: .state,
            message: "\(stale.partition) is no longer assigned under epoch \(stale.epoch)",
            requiresAbort: true
        )
    }

    /// What may be stored and sought now.
    var assignment: Set<KafkaTopicPartition> { shared.withLock { Set($0.assignment.keys) } }

    func watermarks(
        of partition: KafkaTopicPartition,
        timeout: Duration
    ) async throws(KafkaError) -> (low: Int64, high: Int64) {
        let client = client
        return try await DedicatedThread.ask { () -> Result<(low: Int64, high: Int64), KafkaError> in
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_query_watermark_offsets(
                client.handle,
                partition.topic,
                partition.partition,
                &low,
                &high,
                timeout.milliseconds
            )
            return code == RD_KAFKA_RESP_ERR_NO_ERROR
                ? .success((low, high)) : .failure(KafkaError(code, while: "asking for the offsets of \(partition)"))
        }
    }

    private func wake() {
        wakeUp.raise()
        queue.yield()
    }

    // MARK: The thread

    func run() {
        context.handler = { [self] code, partitions in rebalance(code, partitions) }
        while client.fatalError == nil, !shared.withLock({ $0.isStopping }) {
            pulse.beat()
            turn(timeout: options.pollTimeout)
        }
        close()
        client.markClosed()
        context.handler = nil
        mailbox.finish()
        let abandoned = shared.withLock { shared in
            shared.hasEnded = true
            shared.assignment = [:]
            defer { shared.commands = [] }
            return shared.commands
        }
        // The library ends the process if a closed consumer subscribes.
        for command in abandoned { command(nil) }
    }

    /// One round: what others asked for, a revocation that is due, and records unless too many are held.
    private func turn(timeout: Duration) {
        let (commands, outstanding) = shared.withLock { shared in
            defer { shared.commands = [] }
            return (shared.commands, shared.outstanding)
        }
        for command in commands { command(self) }
        finishRevocationIfDue()
        for (key, seek) in seeks { readAgain(seek.partition, key, from: seek.offset) }

        if outstanding >= options.maximumOutstandingBatches, !isHeldBack {
            // A pause throws away what was prefetched, so wait a moment for a release first.
            if waitsForRelease(atMost: .milliseconds(200)) { return }
            holdBack()
        } else if isHeldBack, outstanding <= options.maximumOutstandingBatches / 2 {
            letGo()
        }
        // While something is awaited, look often; else the queue's own wake-up suffices.
        let isWaiting = revocation != nil || isHeldBack
        fetch(timeout: isWaiting ? min(timeout, .milliseconds(10)) : timeout)
    }

    /// Waits until a batch is released or there is other work.
    ///
    /// - Returns: `false` if neither came. A signal may be an old one, so it alone tells nothing.
    private func waitsForRelease(atMost patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            pulse.beat()
            let hasWork = shared.withLock { shared in
                shared.outstanding < options.maximumOutstandingBatches || !shared.commands.isEmpty || shared.isStopping
            }
            if hasWork { return true }
            let left = deadline - ContinuousClock.now
            if left < .milliseconds(1) { return false }
            wakeUp.wait(timeout: left)
        }
    }

    /// Polls one with a timeout, then takes the rest without one: a batch call with a timeout waits all of it.
    private func fetch(timeout: Duration) {
        defer { announceRevocation() }
        guard let first = rd_kafka_consumer_poll(client.handle, timeout.milliseconds) else { return }
        var messages = [first]
        if options.maximumBatchRecords > 1 {
            let room = options.maximumBatchRecords - 1
            messages.reserveCapacity(min(room, 512) + 1)
            withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<rd_kafka_message_t>?.self, capacity: room) { rest in
                rest.initialize(repeating: nil)
                let count = rd_kafka_consume_batch_queue(queue.pointer, 0, rest.baseAddress, room)
                for index in 0..<max(0, count) {
                    if let message = rest[index] { messages.append(message) }
                }
            }
        }
        var records: [UnsafeMutablePointer<rd_kafka_message_t>] = []
        records.reserveCapacity(messages.count)
        for message in messages {
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                report(message)
                continue
            }
            guard !options.detectsGaps || follows(message) else {
                rd_kafka_message_destroy(message)
                continue
            }
            if !starts.isIdle {
                let partition = Self.partition(of: message)
                tell(starts.note(first: message.pointee.offset, of: partition), of: partition)
            }
            records.append(message)
        }
        guard !records.isEmpty else { return }
        shared.withLock { $0.outstanding += 1 }
        let batch = KafkaRecordBatch(client: client, messages: records, epoch: epoch) { [weak self] in
            guard let self else { return }
            shared.withLock { $0.outstanding -= 1 }
            wakeUp.raise()
        }
        mailbox.put(.records(batch))
    }

    // MARK: Where reading begins

    /// Asks where the group had come to in partitions that it now assigns, beside the poll.
    private func askForStarts(of partitions: [KafkaTopicPartition]) {
        starts.begin(partitions)
        let (client, epoch) = (client, epoch)
        Task { [weak self] in
            let committed = (try? await client.committed(partitions, timeout: .seconds(10))) ?? [:]
            _ = self?.post { $0?.compareStarts(of: partitions, with: committed, epoch: epoch) }
        }
    }

    private func compareStarts(
        of partitions: [KafkaTopicPartition],
        with committed: [KafkaTopicPartition: Int64],
        epoch: UInt64
    ) {
        // Of what was assigned anew meanwhile the answer to that question counts.
        for partition in shared.withLock({ shared in partitions.filter { shared.owns($0, under: epoch) } }) {
            if let offset = committed[partition] {
                tell(starts.note(committed: offset, of: partition), of: partition)
            } else {
                starts.forget([partition])
            }
        }
    }

    private func tell(_ missing: Range<Int64>?, of partition: KafkaTopicPartition) {
        if let missing { mailbox.put(.lost(partition, missing)) }
    }

    // MARK: Gaps

    /// Whether a record is the next one of its partition. What stands behind a gap is dropped here and read again.
    private func follows(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> Bool {
        let offset = message.pointee.offset
        let key = GapDetector.Key(
            topic: UInt(bitPattern: message.pointee.rkt),
            partition: message.pointee.partition
        )
        // What was fetched before the seek took hold.
        if seeks[key] != nil { return false }
        switch gaps.judge(offset, of: key) {
        case .next: return true
        case .hole(let expected):
            mailbox.put(.hole(Self.partition(of: message), expected..<offset))
            return true
        case .gap(let expected):
            let partition = Self.partition(of: message)
            let first = max(expected, firstKept(of: partition) ?? expected)
            if first > expected { mailbox.put(.lost(partition, expected..<min(first, offset))) }
            guard first < offset else {
                gaps.move(key, to: offset + 1)
                return true
            }
            readAgain(partition, key, from: first)
            return false
        }
    }

    private static func partition(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> KafkaTopicPartition {
        KafkaTopicPartition(
            topic: message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "",
            partition: message.pointee.partition
        )
    }

    /// The oldest offset that the broker keeps; `nil`: it does not say.
    private func firstKept(of partition: KafkaTopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_query_watermark_offsets(
            client.handle,
            partition.topic,
            partition.partition,
            &low,
            &high,
            2_000
        )
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? low : nil
    }

    /// Seeks; until that has succeeded nothing of the partition is handed out.
    private func readAgain(_ partition: KafkaTopicPartition, _ key: GapDetector.Key, from offset: Int64) {
        seeks[key] = (partition, offset)
        let failure = NativePartitionList([partition: offset]).withPointer { list -> KafkaError? in
            if let failure = rd_kafka_seek_partitions(client.handle, list, 1_000) {
                return KafkaError(takingOwnershipOf: failure, while: "reading \(partition) again")
            }
            let code = NativePartitionList.firstError(in: list)
            return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, while: "reading \(partition) again")
        }
        if let failure { return mailbox.put(.failed(failure)) }
        seeks[key] = nil
        gaps.reread(key, from: offset)
        logger.warning(
            "Records were left out; they are read again",
            metadata: ["partition": "\(partition)", "offset": "\(offset)"]
        )
    }

    private func report(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        defer { rd_kafka_message_destroy(message) }
        let code = message.pointee.err
        if code == RD_KAFKA_RESP_ERR__FATAL { context.noteFatal(of: client.handle) }
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
        let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) }
        var error = KafkaError(code, while: topic.map { "reading topic \($0)" } ?? "reading")
        if !text.isEmpty { error = error.saying(text) }
        mailbox.put(.failed(error))
    }

    // MARK: Holding back

    private func holdBack() {
        isHeldBack = true
        _ = setPaused(true, owned)
    }

    private func letGo() {
        isHeldBack = false
        let revoked = revocation?.announced.partitions ?? []
        _ = setPaused(false, owned.subtracting(pausedByCaller).subtracting(revoked))
    }

    private func setPaused(_ isPaused: Bool, _ partitions: Set<KafkaTopicPartition>) -> rd_kafka_resp_err_t {
        let partitions = isPaused ? partitions.subtracting(paused) : partitions
        guard !partitions.isEmpty else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        if isPaused { paused.formUnion(partitions) } else { paused.subtract(partitions) }
        return NativePartitionList(partitions).withPointer {
            isPaused
                ? rd_kafka_pause_partitions(client.handle, $0) : rd_kafka_resume_partitions(client.handle, $0)
        }
    }

    // MARK: Commands, on the poll thread

    func subscribe(to topics: [String]) throws(KafkaError) {
        let list = NativePartitionList(topics.map { KafkaTopicPartition(topic: $0, partition: -1) })
        try KafkaError.check(
            list.withPointer { rd_kafka_subscribe(client.handle, $0) },
            while: "subscribing to \(topics.joined(separator: ", "))"
        )
    }

    func assign(_ positions: [KafkaTopicPartition: KafkaOffset]) throws(KafkaError) {
        let list = NativePartitionList(positions.mapValues(\.native))
        resumeLeftovers(of: Array(positions.keys))
        try KafkaError.check(
            list.withPointer { rd_kafka_assign(client.handle, $0) },
            while: "assigning \(positions.count) partitions"
        )
        // An assignment replaces the one before it.
        forget(owned.filter { positions[$0] == nil })
        begin(Array(positions.keys))
    }

    func seek(to offsets: [KafkaTopicPartition: KafkaOffset]) throws(KafkaError) {
        guard offsets.values.allSatisfy({ $0 != .stored }) else {
            throw KafkaError(code: .invalidArgument, message: "seeking needs an offset, the beginning or the end")
        }
        if let stranger = offsets.keys.first(where: { !owned.contains($0) }) {
            throw KafkaError(code: .state, message: "\(stranger) is not assigned: only what is can be sought in")
        }
        guard !offsets.isEmpty else { return }
        let failure = NativePartitionList(offsets.mapValues(\.native)).withPointer { list -> KafkaError? in
            if let failure = rd_kafka_seek_partitions(client.handle, list, 5_000) {
                return KafkaError(takingOwnershipOf: failure, while: "seeking")
            }
            let code = NativePartitionList.firstError(in: list)
            return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, while: "seeking")
        }
        if let failure { throw failure }
        begin(Array(offsets.keys))
    }

    func commitStored() throws(KafkaError) {
        let code = queue.commitStored(of: client, timeout: .seconds(5))
        // Nothing new to commit is no error.
        if code != RD_KAFKA_RESP_ERR__NO_OFFSET { try KafkaError.check(code, while: "committing offsets") }
    }

    func pause(_ partitions: [KafkaTopicPartition]) throws(KafkaError) {
        pausedByCaller.formUnion(partitions)
        try KafkaError.check(setPaused(true, Set(partitions)), while: "pausing partitions")
    }

    func resume(_ partitions: [KafkaTopicPartition]) throws(KafkaError) {
        pausedByCaller.subtract(partitions)
        if isHeldBack { return }
        let revoked = revocation?.announced.partitions ?? []
        try KafkaError.check(setPaused(false, Set(partitions).subtracting(revoked)), while: "resuming partitions")
    }

    // MARK: Rebalance

    /// Called by the library within a poll. Must not block: a revocation is announced here and finished later, between
    /// polls, while the queue is still served.
    private func rebalance(
        _ code: rd_kafka_resp_err_t,
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        let partitions = NativePartitionList.partitions(of: list)
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            resumeLeftovers(of: partitions)
            let failure: KafkaError?
            if isCooperative {
                failure = rd_kafka_incremental_assign(client.handle, list).map {
                    KafkaError(takingOwnershipOf: $0, while: "taking partitions")
                }
            } else {
                let result = rd_kafka_assign(client.handle, list)
                failure = result == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(result, while: "taking partitions")
            }
            if let failure { mailbox.put(.failed(failure)) }
            begin(partitions)
            if options.detectsGaps { askForStarts(of: partitions) }
            return
        }
        let isLost = rd_kafka_assignment_lost(client.handle) != 0
        let announced = KafkaRevocation(partitions: partitions, epoch: epoch, isLost: isLost) { [weak self] in
            self?.wake()
        }
        _ = setPaused(true, Set(partitions))
        if isLost { forget(partitions) }
        revocation = (announced, .now + options.drainBudget)
        unannounced = announced
    }

    private func announceRevocation() {
        guard let announced = unannounced else { return }
        unannounced = nil
        mailbox.put(.revoking(announced))
    }

    private var isCooperative: Bool {
        rd_kafka_rebalance_protocol(client.handle).map { String(cString: $0) } == "COOPERATIVE"
    }

    /// Lets partitions be fetched that were paused when they were given back. Comes before they are assigned anew.
    private func resumeLeftovers(of partitions: [KafkaTopicPartition]) {
        pausedByCaller.subtract(partitions)
        _ = setPaused(false, paused.intersection(partitions))
    }

    private func begin(_ partitions: [KafkaTopicPartition]) {
        epoch += 1
        gaps.reset()
        seeks = [:]
        starts.forget(partitions)
        let current = epoch
        owned.formUnion(partitions)
        shared.withLock { shared in
            for partition in partitions { shared.assignment[partition] = current }
        }
        if isHeldBack { _ = setPaused(true, Set(partitions)) }
        mailbox.put(.assigned(partitions.sorted(), epoch: current))
    }

    private func forget(_ partitions: some Collection<KafkaTopicPartition>) {
        owned.subtract(partitions)
        starts.forget(partitions)
        pausedByCaller.subtract(partitions)
        shared.withLock { shared in
            for partition in partitions { shared.assignment[partition] = nil }
        }
    }

    private func finishRevocationIfDue() {
        guard let (announced, until) = revocation, announced.isComplete || ContinuousClock.now >= until else { return }
        revocation = nil
        if !announced.isComplete {
            logger.warning(
                "Partitions given back before their work was done",
                metadata: ["partitions": "\(announced.partitions.count)", "budget": "\(options.drainBudget)"]
            )
        }
        if !announced.isLost {
            let code = queue.commitStored(of: client, timeout: .seconds(5))
            if code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET {
                mailbox.put(.failed(KafkaError(code, while: "committing offsets before giving partitions back")))
            }
        }
        forget(announced.partitions)
        if isCooperative {
            let failure = NativePartitionList(announced.partitions).withPointer {
                rd_kafka_incremental_unassign(client.handle, $0)
            }
            if let failure {
                mailbox.put(.failed(KafkaError(takingOwnershipOf: failure, while: "giving partitions back")))
            }
        } else {
            rd_kafka_assign(client.handle, nil)
        }
    }

    // MARK: Closing

    /// Leaves the group: the library asks for the revocation, which is drained and committed as any other.
    private func close() {
        // Before the library closes: what waits for an answer of a partition that is being removed may wait for ever.
        _ = setPaused(true, owned)
        if let failure = rd_kafka_consumer_close_queue(client.handle, queue.pointer) {
            mailbox.put(.failed(KafkaError(takingOwnershipOf: failure, while: "closing the consumer")))
            return
        }
        let deadline = ContinuousClock.now + options.drainBudget + .seconds(10)
        while rd_kafka_consumer_closed(client.handle) == 0, ContinuousClock.now < deadline {
            let commands = shared.withLock { shared in
                defer { shared.commands = [] }
                return shared.commands
            }
            for command in commands { command(nil) }
            finishRevocationIfDue()
            let polled = rd_kafka_consumer_poll(client.handle, 10)
            announceRevocation()
            guard let message = polled else { continue }
            // What was still queued is not handed out any more: its offset is not stored, so it is read again.
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_message_destroy(message)
            } else {
                report(message)
            }
        }
    }
}
