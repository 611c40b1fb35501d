// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// All series of one metric: a bounded number, for labels may be made of what a client sends.
final class MetricFamily: Sendable {
    let name: String
    private let type: any MetricSeries.Type
    private let maximumSeries: Int
    private let series = Mutex<[MetricLabels: any MetricSeries]>([:])

    init(name: String, type: any MetricSeries.Type, maximumSeries: Int) {
        self.name = name
        self.type = type
        self.maximumSeries = maximumSeries
    }

    /// The series of these labels; the one of the overflow if the metric has as many as it may.
    ///
    /// - Returns: `nil` if the metric is of another type.
    func series<Series: MetricSeries>(_ labels: MetricLabels, of: Series.Type) -> Series? {
        guard type == Series.self else { return nil }
        return series.withLock { series in
            let isFull = series[labels] == nil && series.count >= maximumSeries
            let labels = isFull ? .overflow : labels
            if let known = series[labels] as? Series { return known }
            let new = Series()
            series[labels] = new
            return new
        }
    }

    /// Writes all series in the order of their labels.
    func write(to writer: inout ExpositionWriter) {
        let sorted = series.withLock { $0 }.sorted { $0.key.text < $1.key.text }
        writer.type(name, type.type)
        for (labels, series) in sorted { series.write(name, labels, to: &writer) }
    }
}
