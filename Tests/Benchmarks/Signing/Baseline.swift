// SPDX-License-Identifier: Apache-2.0

import CSigningBaseline
import SignetSigning

/// The owner of the C baseline of one workload.
final class Baseline {
    private let baseline: OpaquePointer

    init(_ workload: SigningWorkload) throws {
        let template = workload.template
        guard
            let baseline = signet_baseline_create(
                template.method,
                template.endpoint.origin,
                template.query,
                workload.headerLines,
                workload.signedHeaders,
                SigningWorkload.secretAccessKey,
                workload.time.amzDate,
                template.endpoint.region
            )
        else { throw BenchError(description: "the baseline got no memory") }
        self.baseline = baseline
    }

    deinit {
        signet_baseline_destroy(baseline)
    }

    /// Writes the URL of a key to a buffer of at least `capacity(for:)` bytes.
    func write(_ key: [CChar], to buffer: UnsafeMutablePointer<CChar>) -> Int {
        signet_baseline_url(baseline, key, key.count, buffer)
    }

    func capacity(forKeyOf count: Int) -> Int {
        signet_baseline_capacity(baseline, count)
    }

    func compressions(forPathOf count: Int) -> Int {
        signet_baseline_compressions(baseline, count)
    }
}
