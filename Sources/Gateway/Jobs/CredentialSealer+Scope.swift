// SPDX-License-Identifier: Apache-2.0

internal import Contract

extension CredentialSealer {
    /// Seals a request's keys for the one job that they came for.
    func seal(
        _ credential: InlineCredential,
        for job: AcceptedJob,
        _ signing: S3SigningJob,
        tenant: String
    ) throws -> SealedCredential {
        var scope = SealScope()
        scope.version = SealScope.currentVersion
        scope.tenant = tenant
        scope.jobID = job.id.description
        scope.bucket = signing.s3Bucket
        scope.endpoint = signing.s3Endpoint
        scope.region = signing.s3Region
        scope.operations = [signing.operation]
        scope.notAfterMs = job.deadline
        return try seal(credential, scope: scope)
    }
}
