// SPDX-License-Identifier: Apache-2.0

/// What came of checking a signed request: all that is wrong with it, and what it should have been signed as.
public struct SignatureVerification: Sendable, Hashable {
    /// All reasons to refuse it; empty: it is good.
    public let refusals: [SignatureRefusal]
    /// From when on it is refused, Unix seconds: the end of a presigned URL, or 15 minutes after a request was signed in
    /// its headers; or the end of its credential, if that is earlier.
    public let end: Int64
    /// What the signature should be of: to be compared, line by line, with what the client made.
    public let canonicalRequest: CanonicalRequest
    /// What the signing key should have signed.
    public let stringToSign: StringToSign

    /// Whether a server would take it.
    public var isValid: Bool { refusals.isEmpty }
}
