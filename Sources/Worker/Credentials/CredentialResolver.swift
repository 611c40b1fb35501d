// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import S3ControlPlane
package import SignetSigning

/// Finds the credential that a job names: a profile of this worker, or one sealed into the job.
package struct CredentialResolver: Sendable {
    /// The profile that a job without a credential means.
    package static let defaultProfile = "default"

    private let profiles: [String: CredentialProfile]
    private let keyRings: [String: CloudFrontKeyRingProfile]
    private let opener: CredentialOpener
    private let opened: OpenedCredentials
    /// Where requests are sent whatever they are signed with.
    private let allowedEndpoints: EndpointPolicy

    /// - Parameters:
    ///   - profilesFile: Path of Signet's profile file; `nil`: none.
    ///   - environment: Where the profile `default` is looked for unless the file has one.
    ///   - sealingKeys: Private keys that open sealed credentials.
    ///   - allowedEndpoints: Where requests are sent whatever they are signed with, besides AWS.
    package init(
        profilesFile: String?,
        environment: [String: String],
        sealingKeys: [SealingPrivateKey],
        allowedEndpoints: [String] = []
    ) throws(WorkerError) {
        var profiles: [String: CredentialProfile] = [:]
        var keyRings: [String: CloudFrontKeyRingProfile] = [:]
        if let profilesFile {
            let file = try ProfileFile(path: profilesFile)
            (profiles, keyRings) = (file.profiles, file.keyRings)
        }
        if profiles[Self.defaultProfile] == nil,
            let credentials = try SharedCredentials.find(environment: environment)
        {
            profiles[Self.defaultProfile] = CredentialProfile(signer: S3Signer(credentials: credentials))
        }
        self.profiles = profiles
        self.keyRings = keyRings
        opener = CredentialOpener(keys: sealingKeys)
        opened = OpenedCredentials()
        self.allowedEndpoints = EndpointPolicy(listed: allowedEndpoints)
    }

    /// Names of the profiles, for the start-up log.
    package var profileNames: [String] { profiles.keys.sorted() }

    /// A key ring of CloudFront.
    ///
    /// - Parameter name: Empty: `default`.
    /// - Throws: `unknown_profile`.
    package func keyRing(named name: String, tenant: String) throws(FailureError) -> CloudFrontKeyRing {
        let name = name.isEmpty ? Self.defaultProfile : name
        guard let profile = keyRings[name], profile.tenants?.contains(tenant) ?? true else {
            throw FailureError(
                .unknownProfile,
                field: "keyRing",
                message: "no worker has a CloudFront key ring \"\(name)\" for tenant \"\(tenant)\"; "
                    + "add it to the workers' profile file or name another"
            )
        }
        return profile.ring
    }

    /// The credential of a profile, whatever tenants may use it; `nil` if there is none of that name.
    package func credentials(ofProfile name: String) -> SigningCredentials? {
        profiles[name]?.signer.credentials
    }

    /// Where requests are sent for a job: a request may name any endpoint to sign for, but not to have asked.
    func endpoints(for signing: S3SigningJob) -> EndpointPolicy {
        let name: String
        switch signing.credential {
        case .sealedCredential: return allowedEndpoints
        case .credentialProfile(let given): name = given.isEmpty ? Self.defaultProfile : given
        case nil: name = Self.defaultProfile
        }
        return profiles[name].map { allowedEndpoints.union($0.endpoints) } ?? allowedEndpoints
    }

    /// The signer for a job.
    ///
    /// - Parameter now: The worker's clock, Unix milliseconds.
    /// - Throws: `unknown_profile`, `seal_broken`, `seal_scope` or `invalid_access_key`.
    package func signer(
        for job: Job,
        _ signing: S3SigningJob,
        now: Int64
    ) throws(FailureError) -> S3Signer {
        switch signing.credential {
        case nil:
            return try profile(Self.defaultProfile, tenant: job.tenant)
        case .credentialProfile(let name):
            return try profile(name.isEmpty ? Self.defaultProfile : name, tenant: job.tenant)
        case .sealedCredential(let sealed):
            try sealed.scope.admit(job, signing, now: now)
            return try opened.signer(for: sealed, now: now) { () throws(FailureError) in try open(sealed) }
        }
    }

    /// The keys of SSE-C that a job brings; `nil`: none.
    ///
    /// - Parameter now: The worker's clock, Unix milliseconds.
    /// - Throws: `seal_broken`, `seal_scope` or `invalid_encryption`.
    func customerKeys(
        for job: Job,
        _ signing: S3SigningJob,
        now: Int64
    ) throws(FailureError) -> (key: S3CustomerKey?, copySource: S3CustomerKey?)? {
        guard signing.hasSealedCustomerKeys else { return nil }
        try signing.sealedCustomerKeys.scope.admit(job, signing, now: now, field: "sealedCustomerKeys")
        let keys = try opener.openCustomerKeys(signing.sealedCustomerKeys)
        func key(_ bytes: [UInt8], _ field: String) throws(FailureError) -> S3CustomerKey? {
            if bytes.isEmpty { return nil }
            do {
                return try S3CustomerKey(bytes)
            } catch {
                throw FailureError(signing: error) { _ in field }
            }
        }
        return (
            try key(Array(keys.key), "sealedCustomerKeys.key"),
            try key(Array(keys.copySourceKey), "sealedCustomerKeys.copySourceKey")
        )
    }

    /// Forgets opened credentials that are older than they may become.
    func purge(now: Int64) {
        opened.purge(now: now)
    }

    private func profile(_ name: String, tenant: String) throws(FailureError) -> S3Signer {
        // A profile of another tenant reads like none at all: its name is nothing to learn from an error.
        guard let profile = profiles[name], profile.tenants?.contains(tenant) ?? true else {
            throw FailureError(
                .unknownProfile,
                field: "credentialProfile",
                message: "no worker has a credential profile \"\(name)\" for tenant \"\(tenant)\"; "
                    + "add it to the workers' profile file or name another"
            )
        }
        return profile.signer
    }

    private func open(_ sealed: SealedCredential) throws(FailureError) -> S3Signer {
        let inline = try opener.open(sealed)
        do {
            let credentials = try SigningCredentials(
                accessKeyID: inline.accessKeyID,
                secretAccessKey: inline.secretAccessKey,
                sessionToken: inline.sessionToken.isEmpty ? nil : inline.sessionToken,
                expiration: inline.expirationMs == 0 ? nil : inline.expirationMs / 1_000
            )
            return S3Signer(credentials: credentials)
        } catch {
            throw FailureError(signing: error) { _ in "sealedCredential.accessKeyId" }
        }
    }
}
