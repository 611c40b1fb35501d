// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// Durations in seconds, counted by the smallest bound that they do not exceed.
final class HistogramSeries: MetricSeries, TimerHandler {
    static let type = "histogram"

    /// Upper bounds in seconds: from one signature to a request that waited as long as it may.
    static let bounds = [
        0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    private struct Value {
        /// Durations by bound; the last beyond all of them.
        var counts = [Int64](repeating: 0, count: HistogramSeries.bounds.count + 1)
        var sum = 0.0
    }

    private let value = Mutex(Value())

    init() {}

    func recordNanoseconds(_ nanoseconds: Int64) {
        let seconds = Double(max(0, nanoseconds)) / 1_000_000_000
        let index = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        value.withLock { value in
            value.counts[index] &+= 1
            value.sum += seconds
        }
    }

    func write(_ name: String, _ labels: MetricLabels, to writer: inout ExpositionWriter) {
        let value = value.withLock { $0 }
        var count: Int64 = 0
        for (bound, counted) in zip(Self.bounds + [.infinity], value.counts) {
            count &+= counted
            writer.sample(name + "_bucket", labels, extra: "le=\"\(ExpositionWriter.number(bound))\"", String(count))
        }
        writer.sample(name + "_sum", labels, value.sum)
        writer.sample(name + "_count", labels, String(count))
    }
}
