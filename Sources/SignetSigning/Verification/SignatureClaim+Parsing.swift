// SPDX-License-Identifier: Apache-2.0

extension SignatureClaim {
    /// The parts of a signature as texts, wherever they stood.
    struct Parts {
        var algorithm: String
        var credential: (name: String, value: String)
        var signedHeaders: (name: String, value: String)
        var signature: (name: String, value: String)
        var date: (name: String, value: String)
        var expires: String?
        var sessionToken: String?
        var payload: (name: String, value: String)?
    }

    /// Checks the form of each part.
    init(_ parts: Parts, place: Place) throws(SigningError) {
        guard let algorithm = Algorithm(rawValue: parts.algorithm) else {
            throw Self.malformed(
                place == .query ? "X-Amz-Algorithm" : "Authorization",
                "the algorithm is none of Signature Version 4; it is written \(Algorithm.hmac.rawValue)"
            )
        }
        let pieces = parts.credential.value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count == 5, pieces[4] == "aws4_request", Self.isAccessKey(pieces[0]),
            pieces[1].utf8.count == 8, pieces[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            CredentialScope.isName(pieces[2]), CredentialScope.isName(pieces[3])
        else {
            throw Self.malformed(
                parts.credential.name,
                "a credential has the form access-key/yyyyMMdd/region/service/aws4_request"
            )
        }
        do throws(SigningError) {
            time = try SigningTime(amzDate: parts.date.value)
        } catch {
            throw Self.malformed(parts.date.name, error.message)
        }
        if place == .query {
            guard let expires = parts.expires, let seconds = Self.seconds(expires) else {
                throw Self.malformed("X-Amz-Expires", "a presigned URL lives 1 to 604800 seconds (7 days)")
            }
            expiresIn = seconds
        } else {
            expiresIn = nil
        }
        signedHeaders = try Self.names(parts.signedHeaders)
        guard let signature = Hexadecimal.bytes(parts.signature.value), signature.count == SHA256Digest.byteCount else {
            throw Self.malformed(parts.signature.name, "a signature consists of 64 lower-case hexadecimal digits")
        }
        if let (name, value) = parts.payload {
            guard Self.isPayload(value) else {
                throw Self.malformed(name, "it is 64 lower-case hexadecimal digits or UNSIGNED-PAYLOAD")
            }
            payload = PayloadHash(unchecked: value)
        } else {
            payload = nil
        }
        self.algorithm = algorithm
        self.place = place
        self.signature = signature
        accessKeyID = pieces[0]
        dateStamp = pieces[1]
        region = pieces[2]
        service = pieces[3]
        sessionToken = parts.sessionToken
    }

    static func malformed(_ part: String, _ message: String) -> SigningError {
        SigningError(.invalidSignature, parameter: part, message: "\(part): \(message)")
    }

    /// As credentials accept it.
    private static func isAccessKey(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Digits alone, without leading zeros: one text for each number.
    private static func seconds(_ text: String) -> Int64? {
        guard let seconds = Int64(text), (1...PresignExpiry.longest).contains(seconds), String(seconds) == text else {
            return nil
        }
        return seconds
    }

    private static func names(_ part: (name: String, value: String)) throws(SigningError) -> [String] {
        let names = part.value.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        for name in names {
            guard let field = try? HeaderField(name: name, value: "", isReceived: true), field.name == name else {
                throw malformed(part.name, "it holds names of headers in lower case, separated by semicolons")
            }
        }
        guard zip(names, names.dropFirst()).allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) }) else {
            throw malformed(part.name, "the names of headers stand in alphabetical order, each once")
        }
        return names
    }

    private static func isPayload(_ text: String) -> Bool {
        text == CanonicalRequest.unsignedPayload || PayloadHash.isHash(text)
            || [
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            ].contains(text)
    }
}
