// SPDX-License-Identifier: Apache-2.0

/// The key of one scope, derived from the secret ("Create a signed AWS API request", step 3), ready to sign. Shows
/// nothing of it.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the algorithm in strings to sign and queries.
    public static let algorithm = "AWS4-HMAC-SHA256"

    let hmac: HMACKey

    init(secret: SecretBytes, scope: CredentialScope) {
        let date = secret.withUnsafeBytes { secret in
            withUnsafeTemporaryAllocation(byteCount: secret.count + 4, alignment: 1) { key in
                key.copyBytes(from: Array("AWS4".utf8))
                UnsafeMutableRawBufferPointer(rebasing: key[4...]).copyMemory(from: secret)
                let digest = HMACKey(UnsafeRawBufferPointer(key)).authenticate(scope.dateStamp)
                key.initializeMemory(as: UInt8.self, repeating: 0)
                return digest
            }
        }
        let region = HMACKey(date).authenticate(scope.region)
        let service = HMACKey(region).authenticate(scope.service)
        hmac = HMACKey(HMACKey(service).authenticate("aws4_request"))
    }

    /// Derives a key.
    public init(credentials: SigningCredentials, scope: CredentialScope) {
        self.init(secret: credentials.secretAccessKey, scope: scope)
    }

    /// Signs a string to sign.
    public func signature(of stringToSign: StringToSign) -> SHA256Digest {
        hmac.authenticate(stringToSign.text)
    }

    /// Only what this is.
    public var description: String { "SigningKey" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
