// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import Synchronization

/// The jobs whose requests are being answered, so that none is answered twice at a time.
final class RequestsInProgress: Sendable {
    private let jobs = Mutex<Set<JobID>>([])

    /// - Returns: Whether no other request is this job.
    func begin(_ id: JobID) -> Bool {
        jobs.withLock { $0.insert(id).inserted }
    }

    func end(_ id: JobID) {
        jobs.withLock { _ = $0.remove(id) }
    }
}

/// What is known of a request that may be sent again.
struct Idempotency: Sendable {
    let id: JobID
    let fingerprint: Data
}
