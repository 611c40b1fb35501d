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
    func measure(for total: Duration) throws -> SigningReport.Batch {
        let template = workload.template
        let keys = keys
        let expected = try keys.map { try template.url(forKey: $0) }
        let choices: [(name: String, kernels: [SHA256Kernel])] =
            [("batch, URLs", SHA256Kernel.preferred)]
            + SHA256Kernel.allCases.filter(\.isAvailable).map { ("batch, URLs, \($0) alone", [$0]) }
        for choice in choices {
            guard template.urls(forKeys: keys, kernels: choice.kernels).map({ try? $0.get() }) == expected else {
                throw BenchError(description: "\(workload.name): the URLs of \(choice.name) differ")
            }
        }

        let bytes = keys.map { $0.utf8.map { CChar(bitPattern: $0) } }
        let capacity = bytes.map { baseline.capacity(forKeyOf: $0.count) }.max() ?? 0
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
        defer { buffer.deallocate() }
        var sink = 0
        var contenders: [Contest.Contender] = [
            .init(name: "C baseline", size: Self.size) { count in
                for _ in 0..<count {
                    for key in bytes { sink &+= baseline.write(key, to: buffer) }
                }
            }
        ]
        contenders += choices.map { choice in
            .init(name: choice.name, size: Self.size) { count in
                for _ in 0..<count {
                    template.withURLs(forKeys: keys, kernels: choice.kernels) { _, url in
                        if case .success(let url) = url { sink &+= url.count }
                    }
                }
            }
        }
        contenders += [
            .init(name: "batch, URLs as strings", size: Self.size) { count in
                for _ in 0..<count { sink &+= template.urls(forKeys: keys).count }
            },
            .init(name: "batch, paths and signatures", size: Self.size) { count in
                for _ in 0..<count { sink &+= template.sign(keys: keys).count }
            },
            .init(name: "one at a time, URLs", size: Self.size) { count in
                for _ in 0..<count {
                    for key in keys { sink &+= (try? template.url(forKey: key))?.utf8.count ?? 0 }
                }
            },
        ]
        let name = workload.name.lowercased() + "-batch" + (kind == .equal ? "" : "-\(kind)")
        let batch = Self.report(name, kind.summary, contenders, Contest(contenders: contenders).measure(for: total))
        withExtendedLifetime(sink) {}
        return batch
    }

    /// Few keys in one call, against as many calls for a key each; of each size a pair.
    static func measureSmall(_ workload: SigningWorkload, for total: Duration) throws -> SigningReport.Batch {
        let template = workload.template
        let sizes = [1, 2, 4, 7, 8, 12, 16, 17, 32]
        var sink = 0
        let contenders: [Contest.Contender] = sizes.flatMap { size -> [Contest.Contender] in
            let keys = SigningWorkload.mixedKeys(size)
            return [
                .init(name: "\(size) calls", size: size) { count in
                    for _ in 0..<count {
                        var urls: [String] = []
                        urls.reserveCapacity(size)
                        for key in keys { if let url = try? template.url(forKey: key) { urls.append(url) } }
                        sink &+= urls.count
                    }
                },
                .init(name: "batch of \(size)", size: size) { count in
                    for _ in 0..<count { sink &+= template.urls(forKeys: keys).count }
                },
                .init(name: "\(size) calls, signatures", size: size) { count in
                    for _ in 0..<count {
                        var objects: [SignedObject] = []
                        objects.reserveCapacity(size)
                        for key in keys { if let object = try? template.sign(key: key) { objects.append(object) } }
                        sink &+= objects.count
                    }
                },
                .init(name: "batch, signatures", size: size) { count in
                    for _ in 0..<count { sink &+= template.sign(keys: keys).count }
                },
            ]
        }
        let results = Contest(contenders: contenders).measure(for: total)
        withExtendedLifetime(sink) {}
        return SigningReport.Batch(
            name: workload.name.lowercased() + "-batch-small",
            summary: "few keys of 20 to 119 bytes, to as many calls of one key",
            contenders: zip(contenders, results).enumerated().map { index, pair in
                let calls = results[index & ~1]
                return SigningReport.Contender(
                    name: pair.0.name,
                    nanoseconds: Sample(pair.1),
                    ratio: Sample(zip(pair.1, calls).map { $0 / $1 })
                )
            }
        )
    }

    private static func report(
        _ name: String,
        _ summary: String,
        _ contenders: [Contest.Contender],
        _ results: [[Double]]
    ) -> SigningReport.Batch {
        SigningReport.Batch(
            name: name,
            summary: summary,
            contenders: zip(contenders, results).map { contender, values in
                SigningReport.Contender(
                    name: contender.name,
                    nanoseconds: Sample(values),
                    ratio: Sample(zip(values, results[0]).map { $0 / $1 })
                )
            }
        )
    }
}
