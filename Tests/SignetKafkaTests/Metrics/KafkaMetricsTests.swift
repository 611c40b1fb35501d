// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import SignetKafka
import Synchronization
import TestSupport
import Testing

/// The library's statistics as metrics, judged by what the test itself did.
@Suite(.takingTurns, .timeLimit(.minutes(2))) struct KafkaMetricsTests {
    @Test func lagAndQueueAndBrokersAreTold() async throws {
        let broker = try await TestCluster.embedded.open(("t", 2))
        let factory = RecordedMetrics()
        let every = Duration.milliseconds(50)
        let producer = try KafkaProducer(
            configuration: broker.settings().merging(EmbeddedBroker.recommendedProducerSettings),
            metrics: KafkaMetrics(client: "p", interval: every, factory: factory),
            logger: broker.logger
        )
        let consumer = try KafkaConsumer(
            configuration: broker.settings(["group.id": "g"]).merging(EmbeddedBroker.recommendedClientSettings),
            metrics: KafkaMetrics(client: "c", interval: every, factory: factory),
            logger: broker.logger
        )
        let topic = broker.topic("t")
        try await running(producer, consumer) {
            try await producer.write(["a", "b", "c", "d"], to: broker.partition("t", 0))
            try await producer.write(["e"], to: broker.partition("t", 1))
            try await consumer.subscribe(to: [topic])
            var reader = EventReader(consumer)
            let epoch = try await reader.assignment().epoch
            _ = try await reader.take(5)
            try consumer.storeOffset(1, of: broker.partition("t", 0), epoch: epoch)
            try consumer.storeOffset(1, of: broker.partition("t", 1), epoch: epoch)
            try await factory.waitFor(3, of: "kafka.consumer.lag{client=c,topic=\(topic)}")
            try consumer.storeOffset(4, of: broker.partition("t", 0), epoch: epoch)
            try await factory.waitFor(0, of: "kafka.consumer.lag{client=c,topic=\(topic)}")
            try await factory.waitFor(2, of: "kafka.consumer.partitions{client=c}")
            try await factory.waitFor(1, of: "kafka.broker.up{broker=1,client=p}")
            try await factory.waitFor(0, of: "kafka.client.queue.messages{client=p}")
            try await factory.waitFor(atLeast: 3, of: "kafka.broker.requests{broker=1,client=p}")
            try await factory.waitFor(atLeast: 1, of: "kafka.broker.bytes.sent{broker=1,client=p}")
            try await factory.waitFor(atLeast: 0, of: "kafka.broker.round.trip{broker=1,client=p,quantile=0.95}")

            try broker.embedded?.setDown()
            try await factory.waitFor(0, of: "kafka.broker.up{broker=1,client=p}")
            let waiting = producer.makeBatch()
            for _ in 0..<3 { try waiting.append(topic: topic, value: [1]) }
            try await factory.waitFor(3, of: "kafka.client.queue.messages{client=p}")
            try broker.embedded?.setUp()
            _ = await waiting.delivered()
            try await factory.waitFor(0, of: "kafka.client.queue.messages{client=p}")
            // Lets the partitions go at once.
            consumer.stop()
            await reader.drain()
        }
    }

    @Test(arguments: [
        "", "no json", "[]", "{}", #"{"brokers": {"b": {"nodeid": 99999999999}}}"#, #"{"msg_cnt": "many"}"#,
    ])
    func whatIsNoDocumentIsIgnored(text: String) {
        let factory = RecordedMetrics()
        let metrics = KafkaMetrics(client: "c", factory: factory)
        Array(text.utf8).withUnsafeBytes { metrics.record($0) }
        #expect(factory.all.isEmpty)
    }

    @Test func countersGrowByWhatIsNew() {
        let factory = RecordedMetrics()
        let metrics = KafkaMetrics(client: "c", factory: factory)
        for total in [5, 5, 9, 2, 3] {
            Array(#"{"brokers": {"b": {"nodeid": 1, "tx": \#(total)}}}"#.utf8).withUnsafeBytes { metrics.record($0) }
        }
        #expect(factory.all["kafka.broker.requests{broker=1,client=c}"] == 10)
    }
}

/// Remembers the last value of gauges and the sums of counters, by name and sorted labels.
private final class RecordedMetrics: MetricsFactory {
    private struct State {
        var values: [String: Double] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var all: [String: Double] { state.withLock { $0.values } }

    func waitFor(_ value: Double, of name: String) async throws {
        try await wait(for: "\(name) to be \(value)") { $0[name] == value }
    }

    func waitFor(atLeast value: Double, of name: String) async throws {
        try await wait(for: "\(name) to be at least \(value)") { $0[name] ?? -1 >= value }
    }

    private func wait(for what: String, _ isTrue: @escaping @Sendable ([String: Double]) -> Bool) async throws {
        try await withDeadline(for: what) {
            while true {
                await withCheckedContinuation { continuation in
                    let isDone = self.state.withLock { state in
                        if isTrue(state.values) { return true }
                        state.waiters.append(continuation)
                        return false
                    }
                    if isDone { continuation.resume() }
                }
                if isTrue(self.all) { return }
            }
        }
    }

    fileprivate func change(_ name: String, _ body: (inout Double) -> Void) {
        let waiters = state.withLock { state in
            body(&state.values[name, default: 0])
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private final class Series: CounterHandler, RecorderHandler, MeterHandler, TimerHandler {
        let name: String
        let metrics: RecordedMetrics

        init(name: String, metrics: RecordedMetrics) {
            (self.name, self.metrics) = (name, metrics)
        }

        func increment(by amount: Int64) { metrics.change(name) { $0 += Double(amount) } }
        func reset() {}
        func record(_ value: Int64) { metrics.change(name) { $0 = Double(value) } }
        func record(_ value: Double) { metrics.change(name) { $0 = value } }
        func set(_ value: Int64) { record(value) }
        func set(_ value: Double) { record(value) }
        func increment(by amount: Double) { metrics.change(name) { $0 += amount } }
        func decrement(by amount: Double) { metrics.change(name) { $0 -= amount } }
        func recordNanoseconds(_ duration: Int64) { record(duration) }
    }

    private func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let labels = dimensions.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        return Series(name: "\(label){\(labels)}", metrics: self)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { series(label, dimensions) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { series(label, dimensions) }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { series(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions)
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
}
