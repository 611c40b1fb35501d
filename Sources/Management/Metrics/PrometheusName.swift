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
        var bytes = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        if bytes.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? true {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
