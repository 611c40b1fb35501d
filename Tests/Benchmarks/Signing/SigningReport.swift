// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The figures of `signet-bench signing`.
struct SigningReport {
    struct Contender {
        let name: String
        /// Of one URL.
        let nanoseconds: Sample
        /// To the baseline in the same round.
        let ratio: Sample
    }

    struct Workload {
        let name: String
        let summary: String
        /// Of SHA-256 for one URL.
        let compressions: Int
        /// Nanoseconds that these alone cost.
        let floor: Sample
        let baselineToFloor: Sample
        let contenders: [Contender]
    }

    /// Many keys at a time, or URLs of CloudFront.
    struct Batch {
        let name: String
        let summary: String
        /// What the ratios are to, first; then what is chosen.
        let contenders: [Contender]
    }

    /// A figure for programs.
    struct Line: Encodable {
        let name: String
        let contender: String
        let ns: Double
        let limit: Double
        let ratio: Double
        let least: Double
        let most: Double

        enum CodingKeys: String, CodingKey {
            case name, contender, ns
            case limit = "limit_ns"
            case ratio
            case least = "ratio_least"
            case most = "ratio_most"
        }
    }

    let processor: String
    let rounds: Int
    let seconds: Int
    var workloads: [Workload] = []
    var batches: [Batch] = []

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
        for batch in batches {
            lines.append("")
            lines.append("\(batch.name), \(batch.summary)")
            for contender in batch.contenders {
                lines.append(
                    Self.line(contender.name, contender.nanoseconds, "ns/URL", 0) + Self.ratio(contender.ratio)
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    /// Each contender beside the first of its contest.
    var lines: [Line] {
        let contests =
            workloads.map { ($0.name.lowercased(), $0.contenders) } + batches.map { ($0.name, $0.contenders) }
        return contests.flatMap { name, contenders in
            contenders.dropFirst().map { contender in
                Line(
                    name: name,
                    contender: contender.name,
                    ns: contender.nanoseconds.median,
                    limit: contenders[0].nanoseconds.median,
                    ratio: contender.ratio.median,
                    least: contender.ratio.least,
                    most: contender.ratio.most
                )
            }
        }
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
