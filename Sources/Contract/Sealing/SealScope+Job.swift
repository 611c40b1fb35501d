// SPDX-License-Identifier: Apache-2.0

extension SealScope {
    /// The scope of secrets that came with one request for one job.
    ///
    /// - Parameters:
    ///   - operations: What may be done with them; `nil`: what the job is about.
    ///   - notAfterMs: Unix milliseconds.
    package init(
        of signing: S3SigningJob,
        operations: [String]? = nil,
        jobID: String,
        tenant: String,
        notAfterMs: Int64
    ) {
        self.init()
        version = Self.currentVersion
        self.tenant = tenant
        self.jobID = jobID
        bucket = signing.s3Bucket
        endpoint = signing.s3Endpoint
        region = signing.s3Region
        self.operations = operations ?? [signing.operation]
        self.notAfterMs = notAfterMs
    }
}
