// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// A number that only grows.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    static let type = "counter"

    private struct Value {
        /// Exact for as long as a 64-bit integer is.
        var whole: Int64 = 0
        var fraction = 0.0
    }

    private let value = Mutex(Value())

    init() {}

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        value.withLock { value in
            let (sum, overflow) = value.whole.addingReportingOverflow(amount)
            value.whole = overflow ? .max : sum
        }
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        value.withLock { $0.fraction += amount }
    }

    func reset() {
        value.withLock { $0 = Value() }
    }

    func write(_ name: String, _ labels: MetricLabels, to writer: inout ExpositionWriter) {
        let value = value.withLock { $0 }
        if value.fraction == 0 {
            writer.sample(name, labels, String(value.whole))
        } else {
            writer.sample(name, labels, Double(value.whole) + value.fraction)
        }
    }
}
