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
        for workload in [try SigningWorkload.put(), try SigningWorkload.get()]
        where isWanted(workload.name.lowercased()) {
            report.workloads.append(try measure(workload))
            for keys in BatchContest.Keys.allCases {
                report.batches.append(try BatchContest(workload, keys).measure(for: .seconds(seconds)))
            }
            report.batches.append(try BatchContest.measureSmall(workload, for: .seconds(seconds)))
        }
        for algorithm in CloudFrontContest.Algorithm.allCases where isWanted(algorithm.name) {
            report.batches.append(try CloudFrontContest(algorithm).measure(for: .seconds(seconds)))
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            for line in report.lines { print(String(decoding: try encoder.encode(line), as: UTF8.self)) }
        } else {
            print(report.text)
        }
        if Machine.isDebugBuild {
            FileHandle.standardError.write(Data("warning: built without -c release; the figures mean nothing\n".utf8))
        }
    }

    private func isWanted(_ name: String) -> Bool { name.hasPrefix(only.lowercased()) }

    private func measure(_ workload: SigningWorkload) throws -> SigningReport.Workload {
        let baseline = try Baseline(workload)
        try compare(workload, baseline)
        let template = workload.template
        let keys = workload.keys
        let mask = keys.count - 1
        let bytes = keys.map { $0.utf8.map { CChar(bitPattern: $0) } }
        let capacity = bytes.map { baseline.capacity(forKeyOf: $0.count) }.max() ?? 0
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        defer { buffer.deallocate() }

        var sink = 0
        let blocks = 4_096
        let contest = Contest(contenders: [
            .init(name: "C baseline") { count in
                for index in 0..<count { sink &+= baseline.write(bytes[index & mask], to: buffer) }
            },
            .init(name: "template, signature only") { count in
                for index in 0..<count {
                    sink &+= (try? template.sign(key: keys[index & mask]))?.path.utf8.count ?? 0
                }
            },
            .init(name: "template, URL in one pass") { count in
                for index in 0..<count {
                    sink &+= (try? template.url(forKey: keys[index & mask]))?.utf8.count ?? 0
                }
            },
            .init(name: "template, signed then URL") { count in
                for index in 0..<count {
                    guard let object = try? template.sign(key: keys[index & mask]) else { continue }
                    sink &+= template.url(for: object).utf8.count
                }
            },
            .init(name: "compressions") { count in
                for _ in 0..<count { sink &+= Int(signet_baseline_compress(blocks)) }
            },
        ])
        let results = contest.measure(for: .seconds(seconds))
        withExtendedLifetime(sink) {}
        let paths = try keys.map { try template.sign(key: $0).path.utf8.count }
        let compressions = paths.map(baseline.compressions(forPathOf:)).max() ?? 0
        let floor = results[4].map { $0 / Double(blocks) * Double(compressions) }
        return SigningReport.Workload(
            name: workload.name,
            summary: workload.summary,
            compressions: compressions,
            floor: Sample(floor),
            baselineToFloor: Sample(zip(results[0], floor).map { $0 / $1 }),
            contenders: zip(contest.contenders, results).prefix(4).map { contender, values in
                SigningReport.Contender(
                    name: contender.name,
                    nanoseconds: Sample(values),
                    ratio: Sample(zip(values, results[0]).map { $0 / $1 })
                )
            }
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
            guard ours == theirs, try workload.template.url(forKey: key) == theirs else {
                throw BenchError(description: "\(workload.name): the URLs of \(key) differ:\n\(ours)\n\(theirs)")
            }
        }
    }
}
