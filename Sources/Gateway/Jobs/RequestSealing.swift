// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// Seals the secrets of requests to the workers' key, each for its own job.
struct RequestSealing: Sendable {
    let tenant: String
    /// `nil`: requests may not carry keys.
    let sealer: CredentialSealer?

    /// Puts what a request is to be signed with into its job.
    ///
    /// - Parameters:
    ///   - operations: What they may be used for, by S3's names; `nil`: for the job's operation.
    ///   - notAfterMs: Up to when a secret may be used, Unix milliseconds.
    func seal(
        _ secrets: RequestSecrets,
        into signing: S3SigningJob,
        of job: JobID,
        operations: [String]? = nil,
        notAfterMs: Int64
    ) throws(Problem) -> S3SigningJob {
        let scope = SealScope(
            of: signing,
            operations: operations,
            jobID: job.description,
            tenant: tenant,
            notAfterMs: notAfterMs
        )
        var signing = signing
        switch secrets.credential {
        case .profile(nil): break
        case .profile(let name?): signing.credentialProfile = name
        case .inline(let credential):
            signing.sealedCredential = try seal("s3AccessKey") { sealer in
                try sealer.seal(credential, scope: scope)
            }
        }
        if let keys = secrets.customerKeys {
            signing.sealedCustomerKeys = try seal("s3CustomerKey") { try $0.seal(keys, scope: scope) }
        }
        return signing
    }

    private func seal(
        _ field: String,
        _ body: (CredentialSealer) throws -> SealedCredential
    ) throws(Problem) -> SealedCredential {
        guard let sealer else {
            throw Problem(
                .sealingNotConfigured,
                field: field,
                "this gateway has no key to seal secrets with; have sealing.publicKey set "
                    + "(`signet keys generate` makes a pair), or name a credentialProfile instead of keys"
            )
        }
        do {
            return try body(sealer)
        } catch {
            throw Problem(.internal, "\(field) could not be sealed")
        }
    }
}
