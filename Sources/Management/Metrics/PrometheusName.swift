// SPDX-License-Identifier: Apache-2.0

/// Names as Prometheus allows them (Prometheus, "Data model": `[a-zA-Z_:][a-zA-Z0-9_:]*`, labels without colons).
enum PrometheusName {
    /// A metric's name: `messaging.process.duration` → `messaging_process_duration`.
    ///
    /// - Parameter suffix: What the name shall end with, e.g. `_total`; not repeated where it does already.
    static func metric(_ label: String, suffix: String = "") -> String {
        let name = sanitised(label)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// A label's name; those that the format itself writes get an underscore.
    static func label(_ name: String) -> String {
        let name = sanitised(name)
        return name == "le" || name == "quantile" ? name + "_" : name
    }

    private static func sanitised(_ name: String) -> String {
        var sanitised = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": sanitised.unicodeScalars.append(scalar)
            case "0"..."9":
                if sanitised.isEmpty { sanitised = "_" }
                sanitised.unicodeScalars.append(scalar)
            default: sanitised += "_"
            }
        }
        return sanitised.isEmpty ? "_" : sanitised
    }
}
