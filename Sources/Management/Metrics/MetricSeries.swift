// SPDX-License-Identifier: Apache-2.0

/// The values of one metric under one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    /// Prometheus' name for what the values mean.
    static var type: String { get }

    init()

    func write(_ name: String, _ labels: MetricLabels, to writer: inout ExpositionWriter)
}
