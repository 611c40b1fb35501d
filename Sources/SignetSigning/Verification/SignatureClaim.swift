// SPDX-License-Identifier: Apache-2.0

/// What a request says about its own signature: well formed, but not believed yet. Shows neither signature nor token.
public struct SignatureClaim: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How a request is signed.
    public enum Algorithm: String, Sendable, Hashable {
        /// Signature Version 4.
        case hmac = "AWS4-HMAC-SHA256"
    }

    /// Where a request carries its signature.
    public enum Place: String, Sendable, Hashable {
        /// In `X-Amz-*` query parameters: a presigned URL.
        case query
        /// In `Authorization`.
        case headers
    }

    /// How it is signed.
    public let algorithm: Algorithm
    /// Where the signature stands.
    public let place: Place
    /// Names the credential; no secret.
    public let accessKeyID: String
    /// The scope's day, `yyyyMMdd`.
    public let dateStamp: String
    /// The scope's region.
    public let region: String
    /// The scope's service.
    public let service: String
    /// When it was signed.
    public let time: SigningTime
    /// Seconds that a presigned URL lives; `nil` in headers.
    public let expiresIn: Int64?
    /// Names of the signed headers, lower case, in order.
    public let signedHeaders: [String]
    /// Of temporary credentials.
    public let sessionToken: String?
    /// What was signed of the body; `nil`: the request does not say.
    let payload: PayloadHash?
    let signature: [UInt8]

    /// The scope as it stands in the string to sign.
    var scope: String { CredentialScope(dateStamp: dateStamp, region: region, service: service).description }

    /// Names access key, scope and time alone.
    public var description: String { "SignatureClaim(\(accessKeyID)/\(scope), \(time.amzDate))" }
    /// The same.
    public var debugDescription: String { description }
    /// Shows what is no secret.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "algorithm": algorithm, "place": place, "accessKeyID": accessKeyID, "scope": scope,
                "time": time.amzDate, "signedHeaders": signedHeaders,
            ]
        )
    }
}
