// SPDX-License-Identifier: Apache-2.0

/// A query in the form that is signed: names and values strictly encoded, sorted by name, then value.
enum CanonicalQuery {
    /// - Parameter parameters: Not encoded.
    static func make(_ parameters: [(name: String, value: String)]) -> String {
        join(parameters.map { (PercentEncoding.query($0.name), PercentEncoding.query($0.value)) })
    }

    /// - Parameter encoded: Encoded: ASCII, so that its order is that of bytes.
    static func join(_ encoded: [(name: String, value: String)]) -> String {
        encoded.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }
}
