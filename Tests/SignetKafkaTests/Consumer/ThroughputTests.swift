// SPDX-License-Identifier: Apache-2.0

import SignetKafka
import TestSupport
import Testing

@Suite(.takingTurnsBusy, .timeLimit(.minutes(3))) struct ThroughputTests {
    private static let total = 50_000
    private static let partitions = 4

    /// Deterministic bytes of a record: what is read can be checked without what was written.
    private static func value(_ index: Int) -> [UInt8] {
        var state = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<20 + index % 64).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    /// Every record is read once, in the order of its partition, byte for byte as it was written.
    @Test(arguments: TestCluster.available)
    func nothingIsLostDoubledReorderedOrChanged(cluster: TestCluster) async throws {
        let broker = try await cluster.open(("t", Self.partitions))
        let (producer, consumer) = (try broker.producer(), try broker.consumer())
        let topic = broker.topic("t")
        try await running(producer, consumer) {
            let assignment = (0..<Self.partitions).map { (broker.partition("t", Int32($0)), KafkaOffset.beginning) }
            try await consumer.assign(Dictionary(uniqueKeysWithValues: assignment))
            async let writing = {
                let batch = producer.makeBatch(minimumCapacity: Self.total)
                for index in 0..<Self.total {
                    let key = withUnsafeBytes(of: UInt32(index).bigEndian) { Array($0) }
                    try batch.append(
                        topic: topic,
                        partition: Int32(index % Self.partitions),
                        key: key,
                        value: Self.value(index)
                    )
                    if index % 1_000 == 0 { await producer.waitForCapacity() }
                }
                return await batch.delivered()
            }()

            var counts = [Int](repeating: 0, count: Self.partitions)
            var wrong = 0
            var seen = 0
            for await event in consumer.events {
                guard case .records(let batch) = event else { continue }
                batch.forEach { record in
                    let partition = Int(record.partition)
                    let index = counts[partition] * Self.partitions + partition
                    let isExpected =
                        record.offset == Int64(counts[partition])
                        && record.key.map { Array($0) } == withUnsafeBytes(of: UInt32(index).bigEndian) { Array($0) }
                        && record.value.map { Array($0) } == Self.value(index)
                    if !isExpected { wrong += 1 }
                    counts[partition] += 1
                    seen += 1
                }
                if seen >= Self.total { break }
            }
            let outcome = try await writing
            #expect(outcome.isDelivered)
            #expect(outcome.count == Self.total)
            #expect(wrong == 0)
            #expect(counts == [Int](repeating: Self.total / Self.partitions, count: Self.partitions))
        }
    }
}
