// SPDX-License-Identifier: Apache-2.0

/// What `signet-bench soak` found.
struct SoakReport: Encodable {
    /// All times that one fault was brought about.
    struct Row {
        let fault: Fault
        var times = 0
        /// Accepted jobs from before its end until all of them had ended, each time.
        var recoveries: [Double] = []
        var duplicates = 0
    }

    var rows: [Row]
    var ledger = Ledger.Summary()
    /// Requests and records that nobody took.
    var refused = 0
    /// Jobs of which a gateway does not tell their end.
    var unseen = 0
    /// MiB of all workers and gateways, early and at the end.
    var memory = (first: 0.0, last: 0.0)

    /// Nothing lost, nothing ended in two ways but for readers who take the last answer, every gateway knows.
    var isGood: Bool { ledger.open == 0 && ledger.contradictions == 0 && unseen == 0 && ledger.accepted > 0 }

    enum CodingKeys: String, CodingKey {
        case accepted, done, failed, expired, dead, lost, duplicates, contradictions, refused, unseen, faults
        case lateExpiries = "late_expiries"
        case worst = "worst_recovery_s"
        case firstMemory = "rss_first_mib"
        case lastMemory = "rss_last_mib"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(ledger.accepted, forKey: .accepted)
        try line.encode(ledger.ends[.done] ?? 0, forKey: .done)
        try line.encode(ledger.ends[.failed] ?? 0, forKey: .failed)
        try line.encode(ledger.ends[.expired] ?? 0, forKey: .expired)
        try line.encode(ledger.ends[.dead] ?? 0, forKey: .dead)
        try line.encode(ledger.open, forKey: .lost)
        try line.encode(ledger.duplicates, forKey: .duplicates)
        try line.encode(ledger.lateExpiries, forKey: .lateExpiries)
        try line.encode(ledger.contradictions, forKey: .contradictions)
        try line.encode(refused, forKey: .refused)
        try line.encode(unseen, forKey: .unseen)
        try line.encode(worst, forKey: .worst)
        try line.encode(memory.first, forKey: .firstMemory)
        try line.encode(memory.last, forKey: .lastMemory)
        try line.encode(
            Dictionary(uniqueKeysWithValues: rows.map { ($0.fault.rawValue, $0.times) }),
            forKey: .faults
        )
    }

    private var worst: Double { rows.flatMap(\.recoveries).max() ?? 0 }

    var text: String {
        let number = SigningReport.number
        var lines = [
            "| fault | what is done | times | duplicates | recovery, worst (s) |", "|---|---|--:|--:|--:|",
        ]
        for row in rows {
            let recovery = row.recoveries.max().map { number($0, 1) } ?? "not run"
            lines.append(
                "| \(row.fault.rawValue) | \(row.fault.summary) | \(row.times) | \(row.duplicates) | \(recovery) |"
            )
        }
        let ends = Ledger.End.allCases.map { "\(ledger.ends[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        lines += [
            "",
            "accepted \(ledger.accepted): \(ends), \(ledger.open) lost; \(ledger.duplicates) duplicates, "
                + "\(ledger.lateExpiries) expired behind their end, \(ledger.contradictions) contradictions, "
                + "\(unseen) unseen by a gateway; \(refused) refused",
            "worst recovery \(number(worst, 1)) s; memory \(number(memory.first, 0)) MiB early, "
                + "\(number(memory.last, 0)) MiB at the end",
        ]
        return lines.joined(separator: "\n")
    }
}
