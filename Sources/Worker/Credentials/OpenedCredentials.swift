// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation
package import SignetSigning
internal import Synchronization

/// Sealed credentials that were opened a moment ago, for the chunks of one job share their envelope.
///
/// Bounded in number and time; the key is the whole ciphertext, which the scope is bound to.
package final class OpenedCredentials: Sendable {
    /// Envelopes kept at most.
    package static let capacity = 1_000
    /// Milliseconds that an envelope is kept at most.
    package static let lifetime: Int64 = 60_000

    private struct Entry {
        let signer: S3Signer
        let until: Int64
    }

    private let entries = Mutex<[SealedCredential: Entry]>([:])

    package init() {}

    /// Envelopes at hand.
    package var count: Int { entries.withLock { $0.count } }

    /// The signer of an envelope, opened unless it is at hand.
    package func signer(
        for sealed: SealedCredential,
        now: Int64,
        open: () throws(FailureError) -> S3Signer
    ) throws(FailureError) -> S3Signer {
        let known = entries.withLock { entries in
            entries[sealed].flatMap { $0.until > now ? $0.signer : nil }
        }
        if let known { return known }
        let signer = try open()
        entries.withLock { entries in
            if entries.count >= Self.capacity {
                entries = entries.filter { $0.value.until > now }
                if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
            }
            entries[sealed] = Entry(signer: signer, until: now + Self.lifetime)
        }
        return signer
    }

    /// Forgets envelopes whose time is up; their secrets are overwritten with the last reference.
    package func purge(now: Int64) {
        entries.withLock { entries in entries = entries.filter { $0.value.until > now } }
    }
}
