// SPDX-License-Identifier: Apache-2.0

/// The parts of an `Authorization` header of Signature Version 4, as they stand in it.
struct AuthorizationHeader {
    /// E.g. `AWS4-HMAC-SHA256`.
    let algorithm: String
    /// Access key and scope, with slashes between.
    let credential: String
    /// `host;x-amz-date`.
    let signedHeaders: String
    /// Hexadecimal digits.
    let signature: String

    var text: String {
        "\(algorithm) Credential=\(credential), SignedHeaders=\(signedHeaders), Signature=\(signature)"
    }
}
