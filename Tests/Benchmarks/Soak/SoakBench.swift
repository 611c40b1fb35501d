// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SignetKafka

/// `signet-bench soak`: traffic and faults, and a ledger that every accepted job must balance in.
struct SoakBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Break parts of a platform under traffic; every accepted job must end, once.",
        discussion: """
            Starts two workers and two gateways, and an embedded broker unless --bootstrap-servers names one; sends jobs
            straight to Kafka and through the gateways; brings the faults about in turn, again and again, each after the
            one before is overcome. What was accepted is written down here; how it ended is read from Kafka, and of the
            last requests also from each gateway.
            Ends with 1 if a job was lost, ended in two ways, or a gateway tells another end. A job that is done again
            after its deadline is answered `expired` behind its first end: these are counted apart.

            Faults: \(Fault.allCases.map { "\($0.rawValue): \($0.summary)" }.joined(separator: ". ")).
            """
    )

    @Option(help: "How long faults are brought about; what is left is awaited afterwards.")
    var minutes = 5.0

    @Option(help: "Faults, comma-separated; without, all that this broker can have.")
    var faults: String?

    @Flag(help: "Keep faults up for longer than any patience: each at its full length; give it 15 minutes or more.")
    var long = false

    @Option(help: "Jobs a second straight to Kafka.")
    var rate = 200

    @Option(help: "A broker, host:port; topics of the run's own are made there and removed.")
    var bootstrapServers: String?

    @Option(help: "A folder for the logs of workers and gateways; without, they are thrown away.")
    var logs: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard minutes > 0, minutes <= 10_000 else { throw ValidationError("--minutes is more than 0, at most 10000") }
        guard (1...10_000).contains(rate) else { throw ValidationError("--rate is 1 to 10000") }
        _ = try chosen()
    }

    private func chosen() throws -> [Fault] {
        guard let faults else { return Fault.allCases.filter { bootstrapServers == nil || !$0.isOfBroker } }
        return try faults.split(separator: ",").map { name in
            guard let fault = Fault(rawValue: String(name)) else {
                throw ValidationError(
                    "there is no fault \(name); known are \(Fault.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            if fault.isOfBroker, bootstrapServers != nil {
                throw ValidationError("\(name) can be done to the embedded broker only")
            }
            return fault
        }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-soak-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let logs = logs.map { URL(filePath: $0) }
        if let logs { try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true) }
        let cluster = try await SoakCluster(bootstrapServers, folder: folder, logs: logs)
        let report = try await soak(cluster)
        try await cluster.close()
        try Figures.print([report], text: report.text, asJSON: json)
        if !report.isGood { throw ExitCode(1) }
    }

    private func soak(_ cluster: SoakCluster) async throws -> SoakReport {
        let ledger = Ledger()
        var report = SoakReport(rows: try chosen().map { SoakReport.Row(fault: $0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await LedgerReader(cluster: cluster, ledger: ledger).run() }
            try await cluster.clients.withProducer { producer in
                let traffic = SoakTraffic(cluster: cluster, ledger: ledger, producer: producer)
                let isOver = Signal()
                async let sending: Void = traffic.run(rate: rate, until: isOver)
                do {
                    try await breakThings(cluster, traffic, ledger, &report)
                } catch {
                    isOver.set()
                    await sending
                    throw error
                }
                isOver.set()
                await sending
                _ = try await settle(ledger, traffic)
                report.refused = traffic.refused
                for (id, taker) in ledger.open(before: .now) {
                    Figures.note("lost: \(id), taken by \(taker.rawValue)")
                }
                for contradiction in ledger.contradictions.lazy.filter({ !$0.isLateExpiry }).prefix(20) {
                    Figures.note("two ends: \(contradiction)")
                }
                for gateway in cluster.gateways {
                    report.unseen += try await traffic.unseen(traffic.lastRequested, by: gateway)
                }
            }
            report.memory.last = cluster.memory
            report.ledger = ledger.summary
            group.cancelAll()
            try await group.waitForAll()
            return report
        }
    }

    private func breakThings(
        _ cluster: SoakCluster,
        _ traffic: SoakTraffic,
        _ ledger: Ledger,
        _ report: inout SoakReport
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(minutes * 60)
        try await clock.sleep(for: .seconds(2))
        report.memory.first = cluster.memory
        guard !report.rows.isEmpty else { return try await clock.sleep(until: end) }
        var index = 0
        while clock.now < end {
            let duplicates = ledger.summary.duplicates
            try await report.rows[index].fault.inject(into: cluster, traffic, long ? .long : .short)
            report.rows[index].times += 1
            let recovery = try await settle(ledger, traffic).inSeconds
            report.rows[index].recoveries.append(recovery)
            report.rows[index].duplicates += ledger.summary.duplicates - duplicates
            let summary = ledger.summary
            Figures.note(
                "\(report.rows[index].fault.rawValue): overcome in \(SigningReport.number(recovery, 1)) s; "
                    + "\(summary.accepted) accepted, \(summary.open) open"
            )
            index = (index + 1) % report.rows.count
            try await clock.sleep(for: .seconds(1))
        }
    }

    /// Waits until all jobs have ended that are accepted by now, at most two minutes; those beyond are lost unless they
    /// end later.
    private func settle(_ ledger: Ledger, _ traffic: SoakTraffic) async throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(120) {
            let open = ledger.open(before: start)
            if open.isEmpty { break }
            // What was to be written would have been by now.
            let isLate = clock.now - start > SoakCluster.deadline
            if isLate { try await traffic.ask(about: open.filter { $0.value == .gateway }.keys) }
            try await clock.sleep(for: isLate ? .seconds(1) : .milliseconds(20))
        }
        return clock.now - start
    }
}
