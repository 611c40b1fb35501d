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

    let credentials: CredentialResolver

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
        if signing.hasParts { return try signParts(job, signing, now: now) }
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
        var compiler = try S3TemplateCompiler(job: job, signing: signing, credentials: credentials, now: now)
        var chunk = SignedChunk(count: signing.items.count)
        for (index, item) in signing.items.enumerated() {
            do throws(FailureError) {
                try prepare(item, at: index, of: job, signing, &compiler, &chunk)
            } catch {
                chunk.failures[index] = error
            }
        }
        chunk.signPrepared { index in
            signing.items[index].key.isEmpty ? "items[\(index)].filename" : "items[\(index)].key"
        }
        // Where nothing was signed, what is wrong lies in each item; a chunk of one fails as a whole.
        if signing.items.count == 1, let failure = chunk.failures[0] { throw failure }
        return outcome(of: chunk, compiler, signing)
    }

    /// Finds the key of an item, and signs it or lets it wait for those that it is signed with.
    private func prepare(
        _ item: S3SigningItem,
        at index: Int,
        of job: Job,
        _ signing: S3SigningJob,
        _ compiler: inout S3TemplateCompiler,
        _ chunk: inout SignedChunk
    ) throws(FailureError) {
        chunk.items[index].id = item.id
        let (position, overflow) = signing.firstItem.addingReportingOverflow(UInt64(index))
        guard !overflow else {
            throw FailureError(.invalidValue, field: "firstItem", message: "firstItem is beyond what can be counted")
        }
        let key =
            compiler.operation.isOnBucket
            ? item.key
            : try ObjectKey.make(for: item, jobID: job.jobID, position: position, path: "items[\(index)]")
        chunk.items[index].key = key
        if compiler.isOfForms, compiler.endpoint.takesForms {
            let form = try compiler.form(for: item, key: key, path: "items[\(index)]")
            (chunk.items[index].fields, chunk.items[index].shared) = (form.fields, form.shared)
            chunk.items[index].path =
                key.hasSuffix(POSTPolicy.fileName) ? "" : "/\(PercentEncoding.path(key))"
        } else if compiler.endpoint.kind == .multiRegionAccessPoint {
            let request = try compiler.multiRegion(for: item, key: key, path: "items[\(index)]")
            (chunk.items[index].path, chunk.items[index].shared) = (request.path, request.shared)
            chunk.items[index].signature = Data(request.signature)
        } else {
            let (template, shared) = try compiler.template(for: item, path: "items[\(index)]")
            chunk.items[index].shared = shared
            chunk.wait(index, key: key, for: template, shared: shared)
        }
    }

    private func outcome(
        of chunk: SignedChunk,
        _ compiler: S3TemplateCompiler,
        _ signing: S3SigningJob
    ) -> S3SigningOutcome {
        var outcome = S3SigningOutcome(operation: signing.operation, warnings: compiler.warnings)
        outcome.result.items = chunk.items
        for index in chunk.items.indices {
            if let failure = chunk.failures[index] {
                var failed = SignedItem()
                failed.id = chunk.items[index].id
                failed.failure = Failure(failure)
                outcome.result.items[index] = failed
                outcome.count(failure: failure)
            } else {
                let item = chunk.items[index]
                outcome.count(declaredBytes: compiler.declaredBytes(at: item.shared), key: item.key)
            }
        }
        outcome.result.shared = compiler.shared
        outcome.result.signatures = Data(chunk.signatures)
        return outcome
    }
}
