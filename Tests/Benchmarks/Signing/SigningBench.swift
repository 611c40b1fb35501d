// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CSigningBaseline
import Foundation
import SignetSigning

/// `signet-bench signing`: nanoseconds of a presigned URL, ours and those of C over the same OpenSSL.
struct SigningBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signing",
        abstract: "Presigned S3 URLs against the same work in C, CloudFront URLs against OpenSSL; on one core.",
        discussion: """
            Both sides have the signing key derived and all hash states cached that do not depend on the key, and write
            whole URLs; these are compared first. Batches are of 1,000 keys, with every kernel for SHA-256 that the machine
            has; the first of these figures is of those that it would choose. The contenders take turns of some milliseconds in 5 rounds. The floor is what
            the compressions of SHA-256 alone cost.
            """
    )

    @Option(help: "Seconds to measure each workload.")
    var seconds = 5

    @Option(help: "Measure what this is the beginning of alone: w1, w2, cloudfront-rsa or cloudfront-ecdsa.")
    var only = ""

    @Flag(
        help:
            "Measure botocore, awscrt, obstore and minio, too: Python and C or Rust, installed from PyPI when missing."
    )
    var peers = false

    @Flag(help: "Print JSON, a line for each figure.")
    var json = false

    func validate() throws {
        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds is 1 to 3600") }
        let names = ["w1", "w2"] + CloudFrontContest.Algorithm.allCases.map(\.name)
        guard names.contains(where: isWanted) else {
            throw ValidationError("--only is the beginning of one of \(names.joined(separator: ", "))")
        }
    }

    func run() throws {
        var report = SigningReport(processor: Machine.processor, rounds: Contest.rounds, seconds: seconds)
        let others = peers ? try PeerProcess() : nil
        for workload in [try SigningWorkload.put(), try SigningWorkload.get()]
        where isWanted(workload.name.lowercased()) {
            report.tables.append(try measure(workload))
            for keys in BatchContest.Keys.allCases {
                report.tables.append(try BatchContest(workload, keys).measure(for: .seconds(seconds)))
            }
            report.tables.append(try BatchContest.measureSmall(workload, for: .seconds(seconds)))
            if let others { report.tables.append(try PeerContest(workload, others).measure(for: .seconds(seconds))) }
        }
        for algorithm in CloudFrontContest.Algorithm.allCases where isWanted(algorithm.name) {
            report.tables.append(try CloudFrontContest(algorithm).measure(for: .seconds(seconds)))
        }
        try Figures.print(report.lines, text: report.text, asJSON: json)
    }

    private func isWanted(_ name: String) -> Bool { name.hasPrefix(only.lowercased()) }

    private func measure(_ workload: SigningWorkload) throws -> SigningReport.Table {
        let baseline = try Baseline(workload)
        try compare(workload, baseline)
        let template = workload.template
        let keys = workload.keys
        let mask = keys.count - 1
        let bytes = keys.map { $0.utf8.map { CChar(bitPattern: $0) } }
        let capacity = bytes.map { baseline.capacity(forKeyOf: $0.count) }.max() ?? 0
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        defer { buffer.deallocate() }

        let room = keys.map { template.longestURL(forKeyOf: $0.utf8.count) }.max() ?? 0
        let url = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
        defer { url.deallocate() }

        var sink = 0
        let blocks = 4_096
        let name = workload.name.lowercased()
        let contest = Contest(contenders: [
            .init("C baseline") { count in
                for index in 0..<count { sink &+= baseline.write(bytes[index & mask], to: buffer) }
            },
            .init("URL into a buffer", name: name, target: 1.25) { count in
                for index in 0..<count {
                    sink &+= (try? template.writeURL(forKey: keys[index & mask], to: url)) ?? 0
                }
            },
            .init("URL as a string", name: "\(name)-string", target: 1.4) { count in
                for index in 0..<count {
                    sink &+= (try? template.url(forKey: keys[index & mask]))?.utf8.count ?? 0
                }
            },
            .init("path and signature", name: "\(name)-signature") { count in
                for index in 0..<count {
                    sink &+= (try? template.sign(key: keys[index & mask]))?.path.utf8.count ?? 0
                }
            },
            .init("path and signature, then URL", name: "\(name)-signature-string") { count in
                for index in 0..<count {
                    guard let object = try? template.sign(key: keys[index & mask]) else { continue }
                    sink &+= template.url(for: object).utf8.count
                }
            },
            .init("\(blocks) compressions", name: "\(name)-compressions") { count in
                for _ in 0..<count { sink &+= Int(signet_baseline_compress(blocks)) }
            },
        ])
        var results = contest.measure(for: .seconds(seconds))
        withExtendedLifetime(sink) {}
        let paths = try keys.map { try template.sign(key: $0).path.utf8.count }
        let compressions = paths.map(baseline.compressions(forPathOf:)).max() ?? 0
        let floor = results.removeLast().nanoseconds.map { $0 / Double(blocks) * Double(compressions) }
        let baselineToFloor = Sample(zip(results[0].nanoseconds, floor).map { $0 / $1 })
        let ratio = SigningReport.number(baselineToFloor.median, 2)
        return SigningReport.Table(
            title: "\(workload.name), one at a time: \(workload.summary)",
            Contest(contenders: contest.contenders.dropLast()),
            results,
            notes: [
                "the baseline takes ×\(ratio) of what its \(compressions) compressions of SHA-256 alone take, "
                    + "\(SigningReport.number(Sample(floor).median, 0)) ns; "
                    + "target 1.35: \(baselineToFloor.median <= 1.35 ? "met" : "MISSED")"
            ]
        )
    }

    /// Makes sure that both sides do the same work.
    private func compare(_ workload: SigningWorkload, _ baseline: Baseline) throws {
        for key in workload.keys + ["a b+c/ü%~", String(repeating: "漢", count: 341)] {
            let bytes = key.utf8.map { CChar(bitPattern: $0) }
            let capacity = baseline.capacity(forKeyOf: bytes.count)
            let theirs = String(unsafeUninitializedCapacity: capacity) { buffer in
                buffer.withMemoryRebound(to: CChar.self) { target in
                    target.baseAddress.map { baseline.write(bytes, to: $0) } ?? 0
                }
            }
            let ours = workload.template.url(for: try workload.template.sign(key: key))
            let room = workload.template.longestURL(forKeyOf: key.utf8.count)
            let written = try withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { buffer in
                let count = try workload.template.writeURL(forKey: key, to: buffer)
                return String(decoding: buffer[..<count], as: UTF8.self)
            }
            guard ours == theirs, written == theirs, try workload.template.url(forKey: key) == theirs else {
                throw BenchError(description: "\(workload.name): the URLs of \(key) differ:\n\(ours)\n\(theirs)")
            }
        }
    }
}
