// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// An exposition as Prometheus' own Python client reads it.
struct ParsedExposition: Decodable {
    struct Sample: Decodable, Hashable {
        let name: String
        let labels: [String: String]
        /// As text, for JSON has no infinity.
        let value: String
    }

    struct Family: Decodable {
        let name: String
        let type: String
        let samples: [Sample]
    }

    let families: [Family]

    init(_ text: String) async throws {
        let families = try await PythonEnvironment.run(source: Self.script, input: Data(text.utf8))
        self.families = try JSONDecoder().decode([Family].self, from: families)
    }

    func family(_ name: String) -> Family? { families.first { $0.name == name } }

    /// The value of a sample as a number.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.flatMap(\.samples).first { $0.name == name && $0.labels == labels }.flatMap { Double($0.value) }
    }

    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        families = text_string_to_metric_families(sys.stdin.buffer.read().decode("utf-8"))
        json.dump([{"name": f.name, "type": f.type,
                    "samples": [{"name": s.name, "labels": s.labels, "value": str(s.value)} for s in f.samples]}
                   for f in families], sys.stdout)
        """
}
