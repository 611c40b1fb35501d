// SPDX-License-Identifier: Apache-2.0

/// What the signing key signs ("Create a signed AWS API request", step 2).
public struct StringToSign: Sendable, Hashable {
    /// Algorithm, time, scope and the hash of the request, a line each.
    public let text: String

    /// Assembles the text.
    public init(time: SigningTime, scope: CredentialScope, canonicalRequest: CanonicalRequest) {
        text = Self.head(time: time, scope: scope) + canonicalRequest.hash.hexadecimal
    }

    /// The text of either algorithm.
    ///
    /// - Parameter scope: As it stands in the string.
    init(algorithm: String, time: SigningTime, scope: String, canonicalRequest: CanonicalRequest) {
        text = "\(algorithm)\n\(time.amzDate)\n\(scope)\n\(canonicalRequest.hash.hexadecimal)"
    }

    /// Everything before the hash.
    static func head(time: SigningTime, scope: CredentialScope) -> String {
        "\(SigningKey.algorithm)\n\(time.amzDate)\n\(scope)\n"
    }
}
