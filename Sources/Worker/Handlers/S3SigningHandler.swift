// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation
internal import SignetSigning

/// Signs the items of one chunk. Synchronous and without I/O: the same chunk gives the same bytes.
package struct S3SigningHandler: Sendable {
    /// Items in one record at most.
    package static let maximumItems = 500
    /// Seconds that URLs live unless the job says.
    package static let defaultExpiry: Int64 = 3_600

    private let credentials: CredentialResolver

    package init(credentials: CredentialResolver) {
        self.credentials = credentials
    }

    /// Signs a chunk.
    ///
    /// One bad item never fails the others: its failure stands in its place in the result.
    ///
    /// - Parameter now: The worker's clock, Unix milliseconds.
    /// - Throws: What is wrong with the chunk as a whole.
    package func sign(
        _ job: Job,
        _ signing: S3SigningJob,
        now: Int64
    ) throws(FailureError) -> S3SigningOutcome {
        guard !signing.items.isEmpty else {
            throw FailureError(.missingField, field: "items", message: "a signing job needs at least one item")
        }
        guard signing.items.count <= Self.maximumItems else {
            throw FailureError(
                .tooManyItems,
                field: "items",
                message:
                    "\(signing.items.count) items are more than the \(Self.maximumItems) of one record; cut the job into chunks"
            )
        }
        var compiler = try S3TemplateCompiler(
            job: job,
            signing: signing,
            signer: credentials.signer(for: job, signing, now: now)
        )
        var outcome = S3SigningOutcome(operation: signing.operation, warnings: compiler.warnings)
        outcome.result.items.reserveCapacity(signing.items.count)
        var signatures: [UInt8] = []
        signatures.reserveCapacity(signing.items.count * ReplyJoiner.signatureLength)
        for (index, item) in signing.items.enumerated() {
            var signed = SignedItem()
            signed.id = item.id
            do throws(FailureError) {
                let path = "items[\(index)]"
                let (position, overflow) = signing.firstItem.addingReportingOverflow(UInt64(index))
                guard !overflow else {
                    throw FailureError(
                        .invalidValue,
                        field: "firstItem",
                        message: "firstItem is beyond what can be counted"
                    )
                }
                let key =
                    compiler.operation.isOnBucket
                    ? item.key : try ObjectKey.make(for: item, jobID: job.jobID, position: position, path: path)
                let (template, shared) = try compiler.template(for: item, path: path)
                let object: SignedObject
                do {
                    object = try template.sign(key: key)
                } catch {
                    throw FailureError(signing: error) { _ in item.key.isEmpty ? "\(path).filename" : "\(path).key" }
                }
                signed.key = key
                signed.shared = shared
                signed.path = object.path
                object.appendSignature(to: &signatures)
                outcome.count(declaredBytes: compiler.declaredBytes(at: shared), key: key)
            } catch {
                signed.failure = Failure(error)
                signatures.append(contentsOf: repeatElement(0, count: ReplyJoiner.signatureLength))
                outcome.count(failure: error)
            }
            outcome.result.items.append(signed)
        }
        outcome.result.shared = compiler.shared
        outcome.result.signatures = Data(signatures)
        // Where nothing was signed, what is wrong lies in each item; a chunk of one fails as a whole.
        if signing.items.count == 1, let failure = outcome.firstFailure { throw failure }
        return outcome
    }
}
