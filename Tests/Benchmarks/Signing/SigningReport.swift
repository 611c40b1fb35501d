// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The figures of `signet-bench signing`.
struct SigningReport: Encodable {
    struct Contender: Encodable {
        let name: String
        /// Of one URL.
        let nanoseconds: Sample
        /// To the baseline in the same round.
        let ratio: Sample
    }

    struct Workload: Encodable {
        let name: String
        let summary: String
        /// Of SHA-256 for one URL.
        let compressions: Int
        /// Nanoseconds that these alone cost.
        let floor: Sample
        let baselineToFloor: Sample
        let contenders: [Contender]
    }

    let processor: String
    let rounds: Int
    let seconds: Int
    var workloads: [Workload] = []

    var text: String {
        var lines = ["\(processor), one core; \(rounds) rounds in \(seconds) s each: median (least to most)"]
        for workload in workloads {
            lines.append("")
            lines.append("\(workload.name), \(workload.summary)")
            for contender in workload.contenders {
                lines.append(
                    Self.line(contender.name, contender.nanoseconds, "ns/URL", 0) + Self.ratio(contender.ratio)
                )
            }
            let floor = "floor, \(workload.compressions) compressions"
            lines.append(
                Self.line(floor, workload.floor, "ns/URL", 0)
                    + "   baseline ×\(Self.number(workload.baselineToFloor.median, 2)) of it"
            )
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ sample: Sample, _ unit: String, _ digits: Int) -> String {
        let label = name + String(repeating: " ", count: max(1, 28 - name.count))
        let spread = "(\(number(sample.least, digits)) to \(number(sample.most, digits)))"
        return "  \(label)\(number(sample.median, digits)) \(unit) \(spread)"
    }

    private static func ratio(_ sample: Sample) -> String {
        "   ×\(number(sample.median, 3)) (\(number(sample.least, 3)) to \(number(sample.most, 3)))"
    }

    private static func number(_ value: Double, _ digits: Int) -> String {
        value.formatted(.number.precision(.fractionLength(digits)).grouping(.never).locale(.init(identifier: "C")))
    }
}
