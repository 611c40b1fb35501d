// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// A number that goes up and down: the last one counts.
final class GaugeSeries: MetricSeries, RecorderHandler, MeterHandler {
    static let type = "gauge"

    private let value = Mutex(0.0)

    init() {}

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func write(_ name: String, _ labels: MetricLabels, to writer: inout ExpositionWriter) {
        writer.sample(name, labels, value.withLock { $0 })
    }
}
