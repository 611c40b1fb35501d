// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// How many numbers were recorded, and their sum; without quantiles, which cannot be added up over processes.
final class SummarySeries: MetricSeries, RecorderHandler {
    static let type = "summary"

    private let value = Mutex((count: Int64(0), sum: 0.0))

    init() {}

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ number: Double) {
        value.withLock { value in
            value.count &+= 1
            value.sum += number
        }
    }

    func write(_ name: String, _ labels: MetricLabels, to writer: inout ExpositionWriter) {
        let (count, sum) = value.withLock { $0 }
        writer.sample(name + "_sum", labels, sum)
        writer.sample(name + "_count", labels, String(count))
    }
}
