// SPDX-License-Identifier: Apache-2.0

extension SealScope {
    /// The scope of secrets that came with one request for one job.
    ///
    /// - Parameter notAfterMs: Unix milliseconds.
    package init(of signing: S3SigningJob, jobID: String, tenant: String, notAfterMs: Int64) {
        self.init()
        version = Self.currentVersion
        self.tenant = tenant
        self.jobID = jobID
        bucket = signing.s3Bucket
        endpoint = signing.s3Endpoint
        region = signing.s3Region
        operations = [signing.operation]
        self.notAfterMs = notAfterMs
    }
}
