// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Synchronization

/// The plans of a worker, by what their jobs agree in.
///
/// Bounded: the signing second is part of the key, so that most plans are of use for a second only.
final class SigningPlans: Sendable {
    private static let limit = 512

    private let credentials: CredentialResolver
    private let worker: WorkerIdentity
    /// `nil` within: jobs of that key go another way.
    private let plans = Mutex<[SigningPlan.Key: SigningPlan?]>([:])

    init(credentials: CredentialResolver, worker: WorkerIdentity) {
        self.credentials = credentials
        self.worker = worker
    }

    /// The plan for jobs of a key.
    ///
    /// - Parameters:
    ///   - now: Unix milliseconds.
    ///   - job: Any of them, with its times; asked for only where the plan is not known.
    func plan(for key: SigningPlan.Key, now: Int64, job: () -> Job?) -> SigningPlan? {
        if let known = plans.withLock({ $0[key] }) { return known }
        let plan = job().flatMap { SigningPlan(for: $0, credentials: credentials, worker: worker, now: now) }
        plans.withLock { plans in
            if plans.count >= Self.limit { plans.removeAll(keepingCapacity: true) }
            plans[key] = .some(plan)
        }
        return plan
    }
}
