// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import Testing

/// A record, copied out of the batch that lent it.
struct SeenRecord: Sendable, Equatable {
    let partition: KafkaTopicPartition
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [KafkaHeader]
    let timestamp: Int64?
    let epoch: UInt64

    init(_ record: borrowing KafkaRecord, epoch: UInt64) {
        partition = KafkaTopicPartition(topic: record.topic, partition: record.partition)
        offset = record.offset
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        var headers: [KafkaHeader] = []
        record.forEachHeader { name, value in
            headers.append(KafkaHeader(name: name, value: value.map { Array($0) }))
        }
        self.headers = headers
        timestamp = record.timestamp
        self.epoch = epoch
    }

    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}

extension KafkaRecordBatch {
    var seen: [SeenRecord] {
        var seen: [SeenRecord] = []
        forEach { seen.append(SeenRecord($0, epoch: epoch)) }
        return seen
    }
}

/// Reads a consumer's events in order; what a test waits for is thrown if the consumer ends first.
struct EventReader {
    struct Ended: Error, CustomStringConvertible {
        let description: String
    }

    private let consumer: KafkaConsumer
    private var iterator: KafkaConsumerEvents.Iterator
    /// Records that were read while something else was awaited.
    private(set) var records: [SeenRecord] = []
    /// Errors that the consumer survived.
    private(set) var failures: [KafkaError] = []
    /// Offsets that the broker had deleted, or never had.
    private(set) var missing: [Range<Int64>] = []

    init(_ consumer: KafkaConsumer) {
        self.consumer = consumer
        iterator = consumer.events.makeAsyncIterator()
    }

    mutating func next() async throws -> KafkaConsumerEvent {
        guard let event = await iterator.next() else { throw Ended(description: "the events ended") }
        return event
    }

    /// The next assignment. Records before it are kept, revocations completed.
    mutating func assignment() async throws -> (partitions: [KafkaTopicPartition], epoch: UInt64) {
        while true {
            switch try await next() {
            case .assigned(let partitions, let epoch): return (partitions, epoch)
            case .records(let batch): records += batch.seen
            case .failed(let error): failures.append(error)
            case .lost(_, let offsets), .hole(_, let offsets): missing.append(offsets)
            case .revoking(let revocation): revocation.complete()
            }
        }
    }

    /// The next revocation, not completed. Records before it are kept.
    mutating func revocation() async throws -> KafkaRevocation {
        while true {
            switch try await next() {
            case .revoking(let revocation): return revocation
            case .records(let batch): records += batch.seen
            case .failed(let error): failures.append(error)
            case .lost(_, let offsets), .hole(_, let offsets): missing.append(offsets)
            case .assigned: break
            }
        }
    }

    /// The next records, until there are `count`.
    mutating func take(_ count: Int) async throws -> [SeenRecord] {
        while records.count < count { try await readOne() }
        defer { records.removeFirst(count) }
        return Array(records.prefix(count))
    }

    /// Waits for one event, and keeps what it tells.
    mutating func readOne() async throws {
        keep(try await next())
    }

    private mutating func keep(_ event: KafkaConsumerEvent) {
        switch event {
        case .records(let batch): records += batch.seen
        case .failed(let error): failures.append(error)
        case .lost(_, let offsets), .hole(_, let offsets): missing.append(offsets)
        case .assigned: break
        case .revoking(let revocation): revocation.complete()
        }
    }

    /// The next error that the consumer survives.
    mutating func failure() async throws -> KafkaError {
        while failures.isEmpty { try await readOne() }
        return failures.removeFirst()
    }

    /// Reads to the end, completing revocations.
    mutating func drain() async {
        while let event = await iterator.next() { keep(event) }
    }
}

extension KafkaProducer {
    /// Writes texts to one partition, delivered.
    func write(_ texts: [String], to partition: KafkaTopicPartition) async throws {
        let batch = makeBatch(minimumCapacity: texts.count)
        for text in texts {
            try batch.append(topic: partition.topic, partition: partition.partition, value: Array(text.utf8))
        }
        let outcome = await batch.delivered()
        try #require(outcome.isDelivered, "\(outcome.failures)")
    }
}
