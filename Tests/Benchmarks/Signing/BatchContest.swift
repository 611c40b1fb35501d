// SPDX-License-Identifier: Apache-2.0

import SignetSigning

/// Many keys at a time against the limit of one at a time.
struct BatchContest {
    static let size = 1_000

    /// What the keys are like.
    enum Keys: String, CaseIterable {
        case equal
        case mixed

        func make() -> [String] {
            switch self {
            case .equal: SigningWorkload.equalKeys(BatchContest.size)
            case .mixed: SigningWorkload.mixedKeys(BatchContest.size)
            }
        }

        var summary: String {
            switch self {
            case .equal: "1,000 keys of one length"
            case .mixed: "1,000 keys of 20 to 119 bytes"
            }
        }
    }

    private let workload: SigningWorkload
    private let kind: Keys
    private let keys: [String]
    private let baseline: Baseline

    init(_ workload: SigningWorkload, _ kind: Keys) throws {
        self.workload = workload
        self.kind = kind
        keys = kind.make()
        baseline = try Baseline(workload)
    }

    /// The C baseline; then what is chosen; then each kernel alone.
    func measure(for total: Duration) throws -> SigningReport.Table {
        let template = workload.template
        let keys = keys
        let expected = try keys.map { try template.url(forKey: $0) }
        let name = workload.name.lowercased() + "-batch" + (kind == .equal ? "" : "-\(kind)")
        let choices: [Choice] =
            [Choice(label: "batch, URLs", name: name, target: Self.target, kernels: SHA256Kernel.preferred)]
            + SHA256Kernel.allCases.filter(\.isAvailable).map { kernel in
                Choice(label: "batch, URLs, \(kernel) alone", name: "\(name)-\(kernel)", kernels: [kernel])
            }
        for choice in choices {
            guard template.urls(forKeys: keys, kernels: choice.kernels).map({ try? $0.get() }) == expected else {
                throw BenchError(description: "\(workload.name): the URLs of \(choice.label) differ")
            }
        }

        let bytes = keys.map { $0.utf8.map { CChar(bitPattern: $0) } }
        let capacity = bytes.map { baseline.capacity(forKeyOf: $0.count) }.max() ?? 0
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        var sink = 0
        var contenders: [Contest.Contender] = [
            .init("C baseline", size: Self.size) { count in
                for _ in 0..<count {
                    for key in bytes { sink &+= baseline.write(key, to: buffer) }
                }
            }
        ]
        contenders += choices.map { choice in
            .init(choice.label, name: choice.name, target: choice.target, size: Self.size) { count in
                for _ in 0..<count {
                    template.withURLs(forKeys: keys, kernels: choice.kernels) { _, url in
                        if case .success(let url) = url { sink &+= url.count }
                    }
                }
            }
        }
        contenders += [
            .init("batch, URLs as strings", name: "\(name)-string", size: Self.size) { count in
                for _ in 0..<count { sink &+= template.urls(forKeys: keys).count }
            },
            .init("batch, paths and signatures", name: "\(name)-signatures", size: Self.size) { count in
                for _ in 0..<count { sink &+= template.sign(keys: keys).count }
            },
            .init("one at a time, URLs as strings", name: "\(name)-one-by-one", size: Self.size) { count in
                for _ in 0..<count {
                    for key in keys { sink &+= (try? template.url(forKey: key))?.utf8.count ?? 0 }
                }
            },
        ]
        let contest = Contest(contenders: contenders)
        let results = contest.measure(for: total)
        withExtendedLifetime(sink) {}
        return SigningReport.Table(title: "\(workload.name), batch: \(kind.summary)", contest, results)
    }

    private struct Choice {
        let label: String
        let name: String
        var target: Double?
        let kernels: [SHA256Kernel]
    }

    /// What the processor has decides what can be asked for.
    private static var target: Double { SHA256Kernel.avx512.isAvailable ? 0.5 : 0.8 }

    /// Few keys in one call, against as many calls for a key each; of each size a pair.
    static func measureSmall(_ workload: SigningWorkload, for total: Duration) throws -> SigningReport.Table {
        let template = workload.template
        let name = workload.name.lowercased() + "-batch-small"
        let sizes = [1, 2, 4, 7, 8, 12, 16, 17, 32]
        var sink = 0
        let contenders: [Contest.Contender] = sizes.flatMap { size -> [Contest.Contender] in
            let keys = SigningWorkload.mixedKeys(size)
            return [
                .init("\(size) calls", size: size) { count in
                    for _ in 0..<count {
                        var urls: [String] = []
                        urls.reserveCapacity(size)
                        for key in keys { if let url = try? template.url(forKey: key) { urls.append(url) } }
                        sink &+= urls.count
                    }
                },
                .init("batch of \(size)", name: "\(name)-\(size)", target: 1.03, size: size) { count in
                    for _ in 0..<count { sink &+= template.urls(forKeys: keys).count }
                },
                .init("\(size) calls, signatures", size: size) { count in
                    for _ in 0..<count {
                        var objects: [SignedObject] = []
                        objects.reserveCapacity(size)
                        for key in keys { if let object = try? template.sign(key: key) { objects.append(object) } }
                        sink &+= objects.count
                    }
                },
                .init("batch of \(size), signatures", name: "\(name)-\(size)-signatures", target: 1.03, size: size) {
                    count in
                    for _ in 0..<count { sink &+= template.sign(keys: keys).count }
                },
            ]
        }
        let contest = Contest(contenders: contenders)
        let results = contest.measure(for: total)
        withExtendedLifetime(sink) {}
        return SigningReport.Table(
            title: "\(workload.name), batch: few keys of 20 to 119 bytes, to as many calls of one key",
            contest,
            results
        )
    }
}
