// SPDX-License-Identifier: Apache-2.0

/// Writes Prometheus' text exposition format, version 0.0.4.
struct ExpositionWriter {
    private(set) var text = ""

    mutating func type(_ name: String, _ type: String) {
        text += "# TYPE \(name) \(type)\n"
    }

    /// One sample.
    ///
    /// - Parameter extra: A label pair of the format itself, such as `le="0.1"`.
    mutating func sample(_ name: String, _ labels: MetricLabels, extra: String = "", _ value: String) {
        text += name
        if !labels.text.isEmpty || !extra.isEmpty {
            text += "{"
            text += labels.text
            if !labels.text.isEmpty, !extra.isEmpty { text += "," }
            text += extra
            text += "}"
        }
        text += " \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: MetricLabels, _ value: Double) {
        sample(name, labels, Self.number(value))
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.description
    }
}
