// SPDX-License-Identifier: Apache-2.0

extension SealScope {
    /// The version that this code seals and opens.
    package static let currentVersion: UInt32 = 1

    /// What the ciphertext is bound to (RFC 9180, section 5: the `aad` of Seal and Open).
    ///
    /// Each field stands behind its length, so that no two scopes share their bytes.
    package var associatedData: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ field: some Collection<UInt8>) {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: field)
        }
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.bigEndian) { append(Array($0)) }
        }
        append(version)
        append(tenant.utf8)
        append(jobID.utf8)
        append(bucket.utf8)
        append(endpoint.utf8)
        append(region.utf8)
        append(UInt32(truncatingIfNeeded: operations.count))
        for operation in operations { append(operation.utf8) }
        append(notAfterMs)
        return bytes
    }

    /// Checks that what a job wants lies within the scope.
    ///
    /// - Parameters:
    ///   - now: The worker's clock, Unix milliseconds.
    ///   - field: The field that the sealed secret came in.
    /// - Throws: `seal_scope` that names what does not fit.
    package func admit(
        _ job: Job,
        _ signing: S3SigningJob,
        now: Int64,
        field: String = "sealedCredential"
    ) throws(FailureError) {
        func refuse(_ what: String) throws(FailureError) {
            throw FailureError(
                .sealScope,
                field: field,
                message: "\(field) was sealed for another \(what); seal it for this job"
            )
        }
        guard version == Self.currentVersion else {
            throw FailureError(
                .unsupported,
                field: "\(field).scope.version",
                message: "version \(version) of sealed secrets is not known here; this worker knows 1"
            )
        }
        if tenant != job.tenant { try refuse("tenant") }
        if jobID != job.jobID { try refuse("job") }
        if bucket != signing.s3Bucket { try refuse("bucket") }
        if endpoint != signing.s3Endpoint { try refuse("endpoint") }
        if region != signing.s3Region { try refuse("region") }
        if !operations.contains(signing.operation) { try refuse("operation") }
        if now > notAfterMs {
            throw FailureError(
                .sealScope,
                field: field,
                message: "\(field) is no longer valid; send the job again"
            )
        }
    }
}
