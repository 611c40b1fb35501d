// SPDX-License-Identifier: Apache-2.0

package import CoreMetrics
internal import Synchronization

/// Keeps what swift-metrics reports, for Prometheus to read.
///
/// Counters get the suffix `_total`; timers become histograms in seconds with the suffix `_seconds`; aggregating
/// recorders become summaries without quantiles. A series lives as long as the process, whatever becomes of the
/// handlers that share it: one that vanished and came back would look like a restart.
package final class PrometheusMetricsFactory: MetricsFactory {
    /// The media type of the exposition.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let maximumSeries: Int
    private let families = Mutex<[String: MetricFamily]>([:])

    /// - Parameter maximumSeries: Label sets of one metric at most; further ones share a series with the label
    ///   `overflow="true"`.
    package init(maximumSeries: Int = 200) {
        self.maximumSeries = max(1, maximumSeries)
    }

    /// All metrics in the text exposition format, version 0.0.4, in the order of their names.
    package func exposition() -> String {
        let families = families.withLock { $0.values.sorted { $0.name < $1.name } }
        var writer = ExpositionWriter()
        for family in families { family.write(to: &writer) }
        return writer.text
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, suffix: "_total", dimensions, CounterSeries.self)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, suffix: "_total", dimensions, CounterSeries.self)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, GaugeSeries.self)
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? series(label, dimensions, SummarySeries.self) : series(label, dimensions, GaugeSeries.self)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, suffix: "_seconds", dimensions, HistogramSeries.self)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func series<Series: MetricSeries>(
        _ label: String,
        suffix: String = "",
        _ dimensions: [(String, String)],
        _ type: Series.Type
    ) -> Series {
        let name = PrometheusName.metric(label, suffix: suffix)
        let family = families.withLock { families in
            if let known = families[name] { return known }
            let family = MetricFamily(name: name, type: type, maximumSeries: maximumSeries)
            families[name] = family
            return family
        }
        // A name has one type: what comes second under another counts for itself and is not shown.
        return family.series(MetricLabels(dimensions), of: type) ?? Series()
    }
}
