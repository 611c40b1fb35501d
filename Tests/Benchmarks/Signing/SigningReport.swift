// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The figures of `signet-bench signing`.
struct SigningReport {
    /// One way to a URL, beside the limit of its table.
    struct Figure {
        let label: String
        /// `nil`: the limit itself.
        let name: String?
        let target: Double?
        let nanoseconds: Sample
        /// To the limit in the same round.
        let ratio: Sample
        /// For one URL; `nil`: not counted.
        let allocations: Double?

        init(
            label: String,
            name: String?,
            target: Double? = nil,
            nanoseconds: [Double],
            limit: [Double],
            allocations: Double? = nil
        ) {
            self.label = label
            self.name = name
            self.target = target
            self.nanoseconds = Sample(nanoseconds)
            ratio = Sample(zip(nanoseconds, limit).map { $0 / $1 })
            self.allocations = allocations
        }
    }

    /// Figures that are measured by the same limit.
    struct Table {
        let title: String
        /// The limit comes first, or, where ways are compared in pairs, before each of its own.
        let figures: [Figure]
        var notes: [String] = []

        init(title: String, figures: [Figure], notes: [String] = []) {
            self.title = title
            self.figures = figures
            self.notes = notes
        }

        /// - Parameter contest: Its contenders without a name are the limits of those behind them.
        init(title: String, _ contest: Contest, _ results: [Contest.Result], notes: [String] = []) {
            var limit: [Double] = []
            figures = zip(contest.contenders, results).map { contender, result in
                if contender.name == nil { limit = result.nanoseconds }
                return Figure(
                    label: contender.label,
                    name: contender.name,
                    target: contender.target,
                    nanoseconds: result.nanoseconds,
                    limit: limit,
                    allocations: result.allocations
                )
            }
            self.title = title
            self.notes = notes
        }
    }

    /// A figure for programs.
    struct Line: Encodable {
        let name: String
        let ns: Double
        let limit: Double
        let ratio: Double
        let least: Double
        let most: Double
        let target: Double?
        let allocations: Double?

        enum CodingKeys: String, CodingKey {
            case name, ns
            case limit = "limit_ns"
            case ratio
            case least = "ratio_least"
            case most = "ratio_most"
            case target
            case allocations = "allocations_per_url"
        }
    }

    let processor: String
    let rounds: Int
    let seconds: Int
    var tables: [Table] = []

    var text: String {
        var lines = ["\(processor), one core; \(rounds) rounds in \(seconds) s each: median (least to most)"]
        for table in tables {
            lines += ["", table.title]
            lines += table.figures.map(Self.row)
            lines += table.notes.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    /// Each figure with a name of its own.
    var lines: [Line] {
        tables.flatMap { table in
            var limit: Sample?
            return table.figures.compactMap { figure -> Line? in
                guard let name = figure.name, let limit else {
                    limit = figure.nanoseconds
                    return nil
                }
                return Line(
                    name: name,
                    ns: figure.nanoseconds.median,
                    limit: limit.median,
                    ratio: figure.ratio.median,
                    least: figure.ratio.least,
                    most: figure.ratio.most,
                    target: figure.target,
                    allocations: figure.allocations
                )
            }
        }
    }

    private static func row(_ figure: Figure) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let time = figure.nanoseconds
        var row = "  " + padded(figure.label, 30)
        row += padded("\(number(time.median, 0)) ns (\(number(time.least, 0)) to \(number(time.most, 0)))", 30)
        let ratio = figure.ratio
        row += padded("×\(number(ratio.median, 3)) (\(number(ratio.least, 3)) to \(number(ratio.most, 3)))", 28)
        if let allocations = figure.allocations { row += padded("\(number(allocations, 2)) allocations", 20) }
        if let target = figure.target {
            row += "target \(number(target, 2)): \(ratio.median <= target ? "met" : "MISSED")"
        }
        return row
    }

    static func number(_ value: Double, _ digits: Int) -> String {
        value.formatted(.number.precision(.fractionLength(digits)).grouping(.never).locale(.init(identifier: "C")))
    }
}
