// SPDX-License-Identifier: Apache-2.0

/// The labels that tell one series of a metric from another, in the order of their names.
struct MetricLabels: Hashable, Sendable {
    /// `name="value"` pairs with commas between, values escaped; empty without labels.
    let text: String

    /// What further series of a metric are gathered under when it has too many.
    static let overflow = MetricLabels([("overflow", "true")])

    /// - Parameter dimensions: Of two that have the same name once it is sanitised, the last counts.
    init(_ dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[PrometheusName.label(name)] = value }
        text = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: ",")
    }

    /// Backslash, double quote and line feed are escaped (Prometheus, "Exposition formats", comments and escapes).
    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
