// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka

/// Times from the writing of a job until its reply is read, at a low rate.
struct RoundTrips {
    let cluster: PipelineCluster

    /// 100 a second.
    static let interval = Duration.milliseconds(10)

    /// - Returns: Milliseconds of each.
    func measure(_ workload: PipelineWorkload, replyTopic: String, count: Int) async throws -> [Double] {
        let partition = KafkaTopicPartition(topic: replyTopic, partition: 0)
        return try await cluster.clients.withConsumer(of: [partition], at: .end) { consumer in
            try await cluster.clients.withProducer { producer in
                let events = consumer.events.makeAsyncIterator()
                return try await Pace.run(count: count, every: Self.interval) { number in
                    // Apart from those that were written to be answered fast.
                    let correlation = UInt64(1) << 32 + UInt64(number)
                    let batch = producer.makeBatch()
                    try batch.append(
                        topic: workload.topic,
                        partition: Int32(number % workload.partitions),
                        value: workload.jobs[number % workload.jobs.count],
                        headers: PipelineWorkload.headers(number: correlation, replyTopic: replyTopic, partition: 0)
                    )
                    while let event = await events.next() {
                        if case .records(let records) = event, records.hold(correlation) { return }
                    }
                    throw BenchError(description: "the replies ended")
                }
            }
        }
    }
}

extension KafkaRecordBatch {
    fileprivate func hold(_ correlation: UInt64) -> Bool {
        (0..<count).contains { index in
            withRecord(at: index) { record in
                guard let bytes = record.header(HeaderNames.correlationID) ?? nil, bytes.count == 8 else {
                    return false
                }
                return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) == correlation
            }
        }
    }
}

/// Does something again and again at a steady rate, however long each takes.
enum Pace {
    /// - Returns: Milliseconds that each took.
    static func run(
        count: Int,
        every interval: Duration,
        while isWanted: @Sendable () -> Bool = { true },
        _ body: (Int) async throws -> Void
    ) async throws -> [Double] {
        let clock = ContinuousClock()
        var times: [Double] = []
        var due = clock.now
        for number in 0..<count where isWanted() {
            try await clock.sleep(until: due)
            let start = clock.now
            try await body(number)
            times.append((clock.now - start).inMilliseconds)
            due = max(due + interval, clock.now)
        }
        return times
    }
}

extension [Double] {
    /// The value that this share of all is not above; 0 of none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}
