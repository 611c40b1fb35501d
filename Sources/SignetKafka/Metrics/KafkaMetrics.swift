// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
internal import Synchronization

/// Hands the statistics of a client to swift-metrics.
///
/// Labels are bounded: the client's name, brokers' ids, topics.
///
/// | metric | |
/// |---|---|
/// | `kafka.client.queue.messages`, `.bytes` | records of a producer that are not acknowledged |
/// | `kafka.broker.up` | 1: connected |
/// | `kafka.broker.requests`, `.responses`, `.bytes.sent`, `.bytes.received`, `.errors` | counters; errors are those of connections and requests without an answer in time |
/// | `kafka.broker.round.trip` | seconds, label `quantile` |
/// | `kafka.broker.throttle` | seconds, the longest of the window |
/// | `kafka.consumer.lag` | records of a topic behind what is worked off |
/// | `kafka.consumer.queue.messages` | records of a topic that were fetched ahead |
/// | `kafka.consumer.partitions`, `.rebalances` | partitions assigned; rebalances, a counter |
public final class KafkaMetrics: Sendable {
    private struct State {
        var gauges: [Key: Gauge] = [:]
        var counters: [Key: Counter] = [:]
        /// What counters of the library stood at.
        var seen: [Key: Int64] = [:]
    }

    private struct Key: Hashable {
        let label: String
        let dimension: String
        let value: String
    }

    /// How often statistics are taken.
    public let interval: Duration
    private let client: String
    private let factory: any MetricsFactory
    private let state = Mutex(State())

    /// - Parameters:
    ///   - client: The value of the label `client`; one of few.
    ///   - interval: Whole milliseconds; a setting `statistics.interval.ms` goes before it.
    public init(
        client: String,
        interval: Duration = .seconds(10),
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.client = client
        self.interval = interval
        self.factory = factory
    }

    /// Hands one document of statistics on; what is none is ignored.
    package func record(_ json: UnsafeRawBufferPointer) {
        guard let statistics = KafkaStatistics(json: json) else { return }
        set("kafka.client.queue.messages", statistics.msgCnt)
        set("kafka.client.queue.bytes", statistics.msgSize)
        for broker in (statistics.brokers ?? [:]).values {
            guard let id = broker.nodeid, id >= 0 else { continue }
            record(broker, label: ("broker", String(id)))
        }
        for (name, topic) in statistics.topics ?? [:] {
            let partitions = (topic.partitions ?? [:]).values.filter { $0.partition ?? -1 >= 0 }
            let label = ("topic", name)
            let lags = partitions.compactMap(\.lag)
            if !lags.isEmpty { set("kafka.consumer.lag", Self.sum(lags), label) }
            if statistics.cgrp != nil {
                set("kafka.consumer.queue.messages", Self.sum(partitions.compactMap(\.fetchqCnt)), label)
            }
        }
        set("kafka.consumer.partitions", statistics.cgrp?.assignmentSize)
        count("kafka.consumer.rebalances", statistics.cgrp?.rebalanceCnt)
    }

    private func record(_ broker: KafkaStatistics.Broker, label: (String, String)) {
        set("kafka.broker.up", broker.state == "UP" ? 1 : 0, label)
        count("kafka.broker.requests", broker.tx, label)
        count("kafka.broker.responses", broker.rx, label)
        count("kafka.broker.bytes.sent", broker.txbytes, label)
        count("kafka.broker.bytes.received", broker.rxbytes, label)
        count(
            "kafka.broker.errors",
            Self.sum([broker.txerrs, broker.rxerrs, broker.reqTimeouts].compactMap(\.self)),
            label
        )
        set("kafka.broker.throttle", (broker.throttle?.max).map { Double($0) / 1_000 }, label)
        for (quantile, value) in [("0.5", broker.rtt?.p50), ("0.95", broker.rtt?.p95), ("0.99", broker.rtt?.p99)] {
            set("kafka.broker.round.trip", value.map { Double($0) / 1_000_000 }, label, quantile: quantile)
        }
    }

    private static func sum(_ values: [Int64]) -> Int64 {
        values.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    }

    private func set(_ label: String, _ value: Int64?, _ dimension: (String, String) = ("", "")) {
        set(label, value.map { Double($0) }, dimension)
    }

    private func set(
        _ label: String,
        _ value: Double?,
        _ dimension: (String, String) = ("", ""),
        quantile: String? = nil
    ) {
        guard let value else { return }
        let key = Key(label: label + (quantile ?? ""), dimension: dimension.0, value: dimension.1)
        let gauge = state.withLock { state in
            if let known = state.gauges[key] { return known }
            var dimensions = dimensions(dimension)
            if let quantile { dimensions.append(("quantile", quantile)) }
            let gauge = Gauge(label: label, dimensions: dimensions, factory: factory)
            state.gauges[key] = gauge
            return gauge
        }
        gauge.record(value)
    }

    /// Counts what came since the last time; the library counts from the client's start.
    private func count(_ label: String, _ total: Int64?, _ dimension: (String, String) = ("", "")) {
        guard let total else { return }
        let key = Key(label: label, dimension: dimension.0, value: dimension.1)
        let (counter, more) = state.withLock { state in
            let counter =
                state.counters[key] ?? Counter(label: label, dimensions: dimensions(dimension), factory: factory)
            state.counters[key] = counter
            let before = state.seen[key] ?? 0
            state.seen[key] = total
            return (counter, total.subtractingReportingOverflow(before).partialValue)
        }
        if more > 0 { counter.increment(by: more) }
    }

    private func dimensions(_ dimension: (String, String)) -> [(String, String)] {
        [("client", client)] + (dimension.0.isEmpty ? [] : [dimension])
    }
}

extension KafkaConfiguration {
    /// These settings, with statistics if somebody wants them.
    func taking(_ metrics: KafkaMetrics?) -> KafkaConfiguration {
        guard let metrics else { return self }
        return merging(
            defaults: KafkaConfiguration(["statistics.interval.ms": "\(metrics.interval.milliseconds)"])
        )
    }
}
