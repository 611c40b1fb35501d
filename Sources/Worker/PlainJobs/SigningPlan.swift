// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// All that jobs of one head and one second have in common: compiled once, then each job costs its signatures and the
/// bytes that differ.
struct SigningPlan: Sendable {
    /// What jobs must agree in to share a plan.
    struct Key: Hashable, Sendable {
        /// `PlainJobScanner.head`.
        let head: [UInt8]
        /// Of the signing time, Unix seconds.
        let second: Int64
    }

    let template: S3PresignTemplate
    /// Content length that each item declares; 0: none.
    let declaredBytes: Int64
    /// Fields of the reply between chunk and time, and between time and result.
    let replyTenant: [UInt8]
    let replyWarnings: [UInt8]
    /// The result's field for what its items share.
    let shared: [UInt8]
    let event: MintedEventTemplate

    /// Compiles what a job of a key asks for.
    ///
    /// - Returns: `nil` where jobs like this one are not signed by a template, or are refused: the handler of all jobs says
    ///   why.
    init?(for job: Job, credentials: CredentialResolver, worker: WorkerIdentity, now: Int64) {
        guard case .s3Signing(let signing) = job.kind, !signing.hasSealedCustomerKeys else { return nil }
        if case .sealedCredential = signing.credential { return nil }
        do throws(FailureError) {
            try job.checkEnvelope(now: now)
            var compiler = try S3TemplateCompiler(
                job: job,
                signing: signing,
                signer: credentials.signer(for: job, signing, now: now),
                customerKeys: nil
            )
            guard !compiler.isOfForms, !compiler.operation.isOnBucket,
                compiler.endpoint.kind != .multiRegionAccessPoint
            else { return nil }
            template = try compiler.template(for: S3SigningItem(), path: "").template
            declaredBytes = compiler.declaredBytes(at: 0)
            var outcome = S3SigningOutcome(operation: signing.operation, warnings: compiler.warnings)
            outcome.result.shared = compiler.shared
            outcome.count(declaredBytes: 0, key: "")
            event = try MintedEventTemplate(outcome.event(for: job, signing), worker: worker, subject: signing.s3Bucket)

            var writer = ProtobufWriter()
            Self.write(job.tenant, field: 4, to: &writer)
            replyTenant = writer.bytes
            writer.reset()
            for warning in compiler.warnings { Self.write(warning, field: 9, to: &writer) }
            replyWarnings = writer.bytes
            writer.reset()
            guard let common = compiler.shared.first, let bytes = try? WireFormat.protobuf.encode(common) else {
                return nil
            }
            bytes.withUnsafeBytes { writer.write($0, field: 1) }
            shared = writer.bytes
        } catch {
            return nil
        }
    }

    private static func write(_ text: String, field: UInt32, to writer: inout ProtobufWriter) {
        Array(text.utf8).withUnsafeBytes { writer.write($0, field: field) }
    }

    /// Writes the reply of a job (Schemas/signet/v1/replies.proto, `Reply`).
    ///
    /// - Parameters:
    ///   - items: The job's, by their indices in its group.
    ///   - signed: Of the keys of the group; none of the job's is refused.
    func writeReply(
        of job: PlainJob,
        _ items: ArraySlice<PlainJobScanner.Item>,
        _ signed: SignedBatch,
        now: Int64,
        to writer: inout ProtobufWriter
    ) {
        writer.reset()
        writer.write(1, field: 1)
        writer.write(job.jobID, field: 2)
        writer.write(UInt64(job.chunk), field: 3)
        writer.append(replyTenant)
        writer.write(UInt64(bitPattern: now), field: 7)
        writer.append(replyWarnings)
        writer.write(job.echo, field: 10)
        var size = shared.count + ProtobufWriter.size(of: items.count * ReplyJoiner.signatureLength, field: 3)
        for index in items.indices {
            size += ProtobufWriter.size(of: itemSize(of: items[index], index, signed), field: 2)
        }
        writer.begin(field: 16, count: size)
        writer.append(shared)
        for index in items.indices {
            writer.begin(field: 2, count: itemSize(of: items[index], index, signed))
            writer.write(UnsafeRawBufferPointer(rebasing: job.value[items[index].id]), field: 1)
            writer.write(UnsafeRawBufferPointer(rebasing: job.value[items[index].key]), field: 2)
            signed.withPath(at: index) { writer.write($0, field: 4) }
        }
        let length = ReplyJoiner.signatureLength
        signed.signatures[items.startIndex * length..<items.endIndex * length].withUnsafeBytes {
            writer.write($0, field: 3)
        }
    }

    private func itemSize(of item: PlainJobScanner.Item, _ index: Int, _ signed: SignedBatch) -> Int {
        ProtobufWriter.size(of: item.id.count, field: 1) + ProtobufWriter.size(of: item.key.count, field: 2)
            + ProtobufWriter.size(of: signed.withPath(at: index) { $0.count }, field: 4)
    }
}
