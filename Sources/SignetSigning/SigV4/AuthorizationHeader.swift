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

extension AuthorizationHeader {
    private static let names = ["Credential", "SignedHeaders", "Signature"]

    /// Splits a header; what its parts hold is not looked at.
    ///
    /// - Throws: `invalid_signature`.
    init(_ text: String) throws(SigningError) {
        func malformed(_ what: String) -> SigningError {
            SigningError(
                .invalidSignature,
                parameter: "Authorization",
                message: "Authorization: \(what); it has the form "
                    + "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…"
            )
        }
        guard let space = text.firstIndex(of: " ") else { throw malformed("it has no parts") }
        var found: [String: String] = [:]
        var last: String?
        for piece in text[text.index(after: space)...].split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = piece.drop { $0 == " " }
            if let name = Self.names.first(where: { trimmed.hasPrefix("\($0)=") }) {
                guard found[name] == nil else { throw malformed("\(name) stands twice") }
                found[name] = String(trimmed.dropFirst(name.count + 1))
                last = name
            } else if let last, let value = found[last] {
                // A comma may be part of an access key.
                found[last] = "\(value),\(piece)"
            } else {
                throw malformed("it begins with another part than these")
            }
        }
        guard
            let credential = found["Credential"], let signedHeaders = found["SignedHeaders"],
            let signature = found["Signature"]
        else {
            throw malformed("\(Self.names.first { found[$0] == nil } ?? "a part") is missing")
        }
        self.init(
            algorithm: String(text[..<space]),
            credential: credential,
            signedHeaders: signedHeaders,
            signature: signature
        )
    }
}
