// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Presigns with one credential; derives the signing key of a day and region once. Shows none of them.
public final class S3Signer: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Scopes whose keys are kept at most: days pass and regions are few.
    static let capacity = 64

    /// What it signs with.
    public let credentials: SigningCredentials
    private let keys = Mutex<[CredentialScope: SigningKey]>([:])

    /// A signer without any key derived yet.
    public init(credentials: SigningCredentials) {
        self.credentials = credentials
    }

    /// Compiles everything that presigned requests have in common but for the key.
    ///
    /// - Parameters:
    ///   - operation: What the requests do.
    ///   - endpoint: Where they go.
    ///   - time: When they are signed.
    ///   - expiresIn: Seconds, 1 to 604,800.
    ///   - options: What is signed besides `host`; the client must send exactly the headers that the template names.
    /// - Throws: `SigningError` that names what is wrong.
    public func template(
        _ operation: S3Operation,
        at endpoint: S3Endpoint,
        time: SigningTime,
        expiresIn: Int64,
        options: S3ObjectOptions = S3ObjectOptions()
    ) throws(SigningError) -> S3PresignTemplate {
        guard endpoint.kind != .multiRegionAccessPoint else {
            throw SigningError(
                .invalidEndpoint,
                parameter: "bucket",
                message: "multi-region access points are signed by SigV4A: see MultiRegionPresigner"
            )
        }
        let scope = CredentialScope(dateStamp: time.dateStamp, region: endpoint.region, service: endpoint.service)
        let parts = try S3RequestParts(operation, options, at: endpoint)
        return try S3PresignTemplate(
            operation: operation,
            endpoint: endpoint,
            time: time,
            expiry: PresignExpiry(
                seconds: expiresIn,
                from: time,
                credentialExpiration: credentials.expiration
            ),
            headers: CanonicalHeaders(host: endpoint.host, headers: parts.headers),
            query: parts.query,
            credentials: credentials,
            scope: scope,
            key: key(for: scope)
        )
    }

    /// Names the access key alone.
    public var description: String { "S3Signer(\(credentials.accessKeyID))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows the access key alone.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": credentials.accessKeyID]) }

    private func key(for scope: CredentialScope) -> SigningKey {
        if let key = keys.withLock({ $0[scope] }) { return key }
        let key = SigningKey(credentials: credentials, scope: scope)
        keys.withLock { keys in
            if keys.count >= Self.capacity { keys.removeAll(keepingCapacity: true) }
            keys[scope] = key
        }
        return key
    }
}
