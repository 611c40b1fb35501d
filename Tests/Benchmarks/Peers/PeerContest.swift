// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning

/// Other libraries on the same work, each beside the limit in the same round.
struct PeerContest {
    private let workload: SigningWorkload
    private let process: PeerProcess
    private let baseline: Baseline

    init(_ workload: SigningWorkload, _ process: PeerProcess) throws {
        self.workload = workload
        self.process = process
        baseline = try Baseline(workload)
    }

    /// The C baseline, Signet, then each library that can do the work.
    func measure(for total: Duration) throws -> SigningReport.Table {
        let name = workload.name.lowercased()
        let (known, skipped) = try process.names()
        let peers = known.filter { $0.value.contains(name) }.keys.sorted()
        for peer in peers { try check(peer, name) }
        let seconds = Double(total.components.seconds) / Double(Contest.rounds * (peers.count + 1))
        let ours = contest
        var limits: [Double] = []
        var signet: [Double] = []
        var times = peers.map { _ in [Double]() }
        for _ in 0..<Contest.rounds {
            let results = ours.measure(for: .seconds(seconds))
            limits.append(Sample(results[0].nanoseconds).median)
            signet.append(Sample(results[1].nanoseconds).median)
            for (index, peer) in peers.enumerated() {
                times[index].append(try process.measure(peer, name, seconds: seconds))
            }
        }
        let figures =
            [
                SigningReport.Figure(label: "C baseline", name: nil, nanoseconds: limits, limit: limits),
                SigningReport.Figure(
                    label: "Signet, URL as a string",
                    name: "peer-signet-\(name)",
                    nanoseconds: signet,
                    limit: limits
                ),
            ]
            + zip(peers, times).map { peer, times in
                SigningReport.Figure(label: peer, name: "peer-\(peer)-\(name)", nanoseconds: times, limit: limits)
            }
        let others = known.keys.filter { !peers.contains($0) }.sorted()
        return SigningReport.Table(
            title: "\(workload.name), other libraries: \(workload.summary)",
            figures: figures,
            notes: others.map { "\($0) signs no headers, so it has no figure here" }
                + skipped.sorted { $0.key < $1.key }.map { "\($0.key) is not measured: \($0.value)" }
        )
    }

    private var contest: Contest {
        let (template, keys, baseline) = (workload.template, workload.keys, baseline)
        let mask = keys.count - 1
        let bytes = keys.map { $0.utf8.map { CChar(bitPattern: $0) } }
        let capacity = bytes.map { baseline.capacity(forKeyOf: $0.count) }.max() ?? 0
        return Contest(contenders: [
            .init("C baseline") { count in
                withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
                    guard let buffer = buffer.baseAddress else { return }
                    for index in 0..<count { _ = baseline.write(bytes[index & mask], to: buffer) }
                }
            },
            .init("Signet", name: "signet") { count in
                for index in 0..<count { _ = try? template.url(forKey: keys[index & mask]) }
            },
        ])
    }

    /// Makes sure that a library's URL is one that S3 would take: signed by the key, and for the same headers.
    private func check(_ peer: String, _ name: String) throws {
        let url = try process.url(by: peer, of: name, forKey: workload.keys[0])
        let headers = workload.template.headers
        let request = try ReceivedRequest(method: workload.template.method, url: url, headers: headers)
        let credentials = try SigningCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: SigningWorkload.secretAccessKey
        )
        let now = Int64(Date.now.timeIntervalSince1970)
        let refusals = SignatureVerifier(credentials: credentials).verify(request, now: now).refusals
        let signed = request.claim.signedHeaders.sorted()
        guard refusals.isEmpty, signed == (headers.map(\.name) + ["host"]).sorted() else {
            throw BenchError(description: "\(peer) signs other work in \(name): \(refusals), headers \(signed)")
        }
    }
}
