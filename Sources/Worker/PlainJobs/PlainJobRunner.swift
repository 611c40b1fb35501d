// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetKafka
internal import SignetSigning

/// Runs the commonest jobs of a batch together: those that ask for plain keys of one bucket, read and answered in
/// Protobuf. Their signatures are made side by side, and what they share is compiled once.
///
/// What it writes is what the handler of all jobs would write. Any job that is not of this kind, or not in order, it leaves
/// to that one.
struct PlainJobRunner: Sendable {
    let plans: SigningPlans
    let writer: ResultWriter
    let metrics: WorkerMetrics
    let policy: ReplyTopicPolicy
    let eventTopic: String
    let maximumReplyBytes: Int

    /// Keys that are signed together at most.
    private static let groupSize = 512

    /// A reply topic that may be written to.
    private struct Topic {
        let name: String
        let bytes: [UInt8]
        let partitions: Int
    }

    /// What a record turned out to be.
    private enum Finding {
        /// Not plain.
        case other
        /// Plain, but its reply topic is not looked at yet.
        case topic(String)
        case job(PlainJob)
    }

    /// - Parameters:
    ///   - records: Indices in the batch.
    ///   - now: Unix milliseconds.
    ///   - meanwhile: Called now and then, for what may not wait.
    /// - Returns: The records that are left to others.
    func run(
        _ records: [Int],
        of batch: KafkaRecordBatch,
        now: Int64,
        into deliveries: inout TurnDeliveries,
        meanwhile: () async -> Void
    ) async -> [Int] {
        var others: [Int] = []
        var scanner = PlainJobScanner()
        var topic: Topic?
        var group: PlainJobGroup?
        let time = Array(Timestamp.rfc3339(unixMilliseconds: now).utf8)
        for record in records {
            var finding = find(record, of: batch, &scanner, topic, now: now)
            if case .topic(let name) = finding {
                topic = await learn(name)
                if topic == nil {
                    finding = .other
                } else {
                    finding = find(record, of: batch, &scanner, topic, now: now)
                }
            }
            guard case .job(let job) = finding, let topic else {
                others.append(record)
                continue
            }
            let second = job.signingTime / 1_000
            let isOfGroup = group.map {
                $0.key.second == second && $0.key.head == scanner.head && $0.topic == topic.name
            }
            if isOfGroup != true {
                if let group { others += await finish(group, of: batch, now: now, time: time, into: &deliveries) }
                group = nil
                let key = SigningPlan.Key(head: scanner.head, second: second)
                guard let plan = plans.plan(for: key, now: now, job: { decode(record, of: batch, now: now) }) else {
                    others.append(record)
                    continue
                }
                group = PlainJobGroup(key: key, plan: plan, topic: topic.name)
            }
            guard group?.add(job, scanner.items) == true else {
                others.append(record)
                continue
            }
            if let full = group, full.keys.count >= Self.groupSize {
                others += await finish(full, of: batch, now: now, time: time, into: &deliveries)
                group?.clear()
                await meanwhile()
            }
        }
        if let group { others += await finish(group, of: batch, now: now, time: time, into: &deliveries) }
        return others
    }

    // MARK: Reading

    private func find(
        _ record: Int,
        of batch: KafkaRecordBatch,
        _ scanner: inout PlainJobScanner,
        _ topic: Topic?,
        now: Int64
    ) -> Finding {
        batch.withRecord(at: record) { message in
            let headers = PlainJobHeaders(of: message)
            guard let value = message.value, headers.contentType?.equals(Self.protobuf) ?? true,
                headers.accept?.equals(Self.protobuf) ?? true,
                let name = headers.replyTopic, (1...249).contains(name.count)
            else { return .other }
            guard let topic, name.equals(topic.bytes) else { return .topic(String(decoding: name, as: UTF8.self)) }
            var partition: Int32?
            if let bytes = headers.replyPartition {
                partition = ReplyAddress.partition(from: bytes)
                guard let partition, Int(partition) < topic.partitions else { return .other }
            }
            guard scanner.scan(value), scanner.items.count <= S3SigningHandler.maximumItems,
                scanner.echo.count <= Job.maximumEcho,
                JobID(utf8: UnsafeRawBufferPointer(rebasing: value[scanner.jobID])) != nil
            else { return .other }
            let times = Job.completed(
                signingTime: scanner.signingTimeMs,
                deadline: scanner.deadlineMs,
                recordTime: message.timestamp,
                now: now
            )
            guard (try? Job.checkTimes(signingTime: times.signingTime, deadline: times.deadline, now: now)) != nil,
                !ResultKeeping.keeps(completedAt: now, waitUntil: scanner.waitUntilMs, isReplied: true)
            else { return .other }
            return .job(
                PlainJob(
                    record: record,
                    value: value,
                    jobID: UnsafeRawBufferPointer(rebasing: value[scanner.jobID]),
                    echo: UnsafeRawBufferPointer(rebasing: value[scanner.echo]),
                    headers: headers,
                    chunk: scanner.chunk,
                    signingTime: times.signingTime,
                    deadline: times.deadline,
                    partition: partition
                )
            )
        }
    }

    private func learn(_ name: String) async -> Topic? {
        guard policy.allows(name) else { return nil }
        if !writer.knows(name) { await writer.learn(name) }
        return writer.partitionCount(of: name).map { Topic(name: name, bytes: Array(name.utf8), partitions: $0) }
    }

    private func decode(_ record: Int, of batch: KafkaRecordBatch, now: Int64) -> Job? {
        batch.withRecord(at: record) { message in
            var warnings: [String] = []
            guard
                let value = message.value,
                var job = try? WireFormat.protobuf.decode(Job.self, from: value, warnings: &warnings)
            else { return nil }
            job.completeTimes(recordTime: message.timestamp, now: now)
            return job
        }
    }

    // MARK: Answering

    /// Signs what waits and writes its replies and events.
    ///
    /// - Returns: Records with a key that is refused, or an answer that does not fit into one reply.
    private func finish(
        _ group: PlainJobGroup,
        of batch: KafkaRecordBatch,
        now: Int64,
        time: [UInt8],
        into deliveries: inout TurnDeliveries
    ) async -> [Int] {
        let signed = group.plan.template.sign(keys: group.keys)
        var others: [Int] = []
        var reply = ProtobufWriter()
        var event: [UInt8] = []
        var id = EventID()
        var prefix = KeyPrefix()
        var done = (jobs: 0, urls: 0)
        for job in group.jobs {
            if !signed.failures.isEmpty, job.keys.contains(where: { signed.failures[$0] != nil }) {
                others.append(job.record)
                continue
            }
            group.plan.writeReply(of: job, group.items[job.keys], signed, now: now, to: &reply)
            guard reply.bytes.count <= maximumReplyBytes, write(&event, of: job, group, &prefix, now) else {
                others.append(job.record)
                continue
            }
            deliveries.note(deadline: job.deadline, of: job.record)
            id.set(job)
            let keepsEvents = deliveries.keepsEvents
            if keepsEvents {
                var headers: [KafkaHeader] = []
                addEventHeaders(of: job, group.plan.event, id: id.bytes, time: time, to: &headers)
                deliveries.keep(EventRecord(value: event, headers: headers), of: job.record)
            }
            var isReplied = false
            while !deliveries.appendNow(
                for: job.record,
                { target throws(KafkaError) in
                    if !isReplied {
                        try append(reply.bytes, of: job, to: group.topic, target)
                        isReplied = true
                    }
                    if keepsEvents { return }
                    var headers = KafkaHeaders(capacity: 9)
                    addEventHeaders(of: job, group.plan.event, id: id.bytes, time: time, to: &headers)
                    try target.append(topic: eventTopic, value: event, nativeHeaders: headers)
                }
            ) {
                await deliveries.waitForCapacity()
            }
            done = (done.jobs + 1, done.urls + job.keys.count)
        }
        if done.jobs > 0 { metrics.count(jobs: done.jobs, signed: done.urls) }
        return others
    }

    private func append(
        _ reply: [UInt8],
        of job: PlainJob,
        to topic: String,
        _ target: KafkaDeliveryBatch
    ) throws(KafkaError) {
        var headers = KafkaHeaders(capacity: 4)
        headers.add(HeaderNames.contentType, Self.protobuf)
        if let correlationID = job.headers.correlationID { headers.add(HeaderNames.correlationID, correlationID) }
        job.headers.addTrace(to: &headers)
        try target.append(
            topic: topic,
            partition: job.partition,
            key: job.jobID,
            value: reply,
            nativeHeaders: headers
        )
    }

    /// The id of a job's event, in a buffer that is used again.
    private struct EventID {
        private(set) var bytes: [UInt8] = []

        mutating func set(_ job: PlainJob) {
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: job.jobID)
            bytes.append("/")
            bytes.append(decimal: Int64(job.chunk))
            bytes.append("/")
            bytes.append(contentsOf: PlainJobRunner.type)
        }
    }

    private func addEventHeaders(
        of job: PlainJob,
        _ template: MintedEventTemplate,
        id: [UInt8],
        time: [UInt8],
        to headers: inout some HeaderCollection & ~Copyable
    ) {
        headers.add("ce_specversion", Self.version)
        headers.add("ce_id", id)
        headers.add("ce_source", template.source)
        headers.add("ce_type", Self.type)
        headers.add("ce_time", time)
        headers.add(HeaderNames.contentType, Self.json)
        if !template.subject.isEmpty { headers.add("ce_subject", template.subject) }
        job.headers.addTrace(to: &headers)
    }

    private static let protobuf = Array(WireFormat.protobuf.contentType.utf8)
    private static let json = Array(WireFormat.json.contentType.utf8)
    private static let version = Array("1.0".utf8)
    private static let type = Array(CloudEvent.EventType.urlsMinted.rawValue.utf8)

    /// Writes the event's data; `false` if its key prefix needs another writer.
    private func write(
        _ event: inout [UInt8],
        of job: PlainJob,
        _ group: PlainJobGroup,
        _ prefix: inout KeyPrefix,
        _ now: Int64
    ) -> Bool {
        prefix.reset()
        for item in group.items[job.keys] { prefix.add(UnsafeRawBufferPointer(rebasing: job.value[item.key])) }
        return prefix.withBytes { prefix in
            guard MintedEventTemplate.isPlain(prefix) else { return false }
            group.plan.event.write(
                jobID: job.jobID,
                chunk: job.chunk,
                keyPrefix: prefix,
                count: job.keys.count,
                declaredBytes: group.plan.declaredBytes.multipliedReportingOverflow(by: Int64(job.keys.count))
                    .partialValue,
                latency: max(0, now.subtractingReportingOverflow(job.signingTime).partialValue),
                to: &event
            )
            return true
        }
    }
}
