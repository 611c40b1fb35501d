// SPDX-License-Identifier: Apache-2.0

/// Why a signed request is not good: what a server would refuse it for. Its description says what to do.
public enum SignatureRefusal: Sendable, Hashable, CustomStringConvertible {
    /// It names another access key than the one that it is checked against.
    case otherAccessKey(String)
    /// It was signed with a session token, but the credential has none.
    case unexpectedSessionToken
    /// The credential has a session token, which the request lacks.
    case missingSessionToken
    /// It carries another session token than the credential's.
    case otherSessionToken
    /// The scope is of another day than the signing time.
    case otherDate(scope: String, time: String)
    /// The scope is of another region.
    case otherRegion(String, expected: String)
    /// The scope is of another service.
    case otherService(String, expected: String)
    /// It ended, Unix seconds.
    case expired(at: Int64)
    /// It begins in the future, Unix seconds: a clock is wrong.
    case notYetValid(until: Int64)
    /// A request signed in its headers is older than servers take it.
    case tooOld(signedAt: Int64)
    /// The credential itself ended, Unix seconds.
    case credentialExpired(at: Int64)
    /// A header that is signed was not sent.
    case headerNotSent(String)
    /// Headers that must be signed were sent without.
    case headersNotSigned([String])
    /// The body has another hash than the signed one.
    case payloadDiffers
    /// The signature is of another request, or by another secret.
    case signatureMismatch

    /// A stable name, e.g. for the label of a metric.
    public var code: String {
        switch self {
        case .otherAccessKey: "other_access_key"
        case .unexpectedSessionToken: "unexpected_session_token"
        case .missingSessionToken: "missing_session_token"
        case .otherSessionToken: "other_session_token"
        case .otherDate: "other_date"
        case .otherRegion: "other_region"
        case .otherService: "other_service"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .tooOld: "too_old"
        case .credentialExpired: "credential_expired"
        case .headerNotSent: "header_not_sent"
        case .headersNotSigned: "headers_not_signed"
        case .payloadDiffers: "payload_differs"
        case .signatureMismatch: "signature_mismatch"
        }
    }

    /// A sentence.
    public var description: String {
        switch self {
        case .otherAccessKey(let key): "it is signed with another access key, \(key)"
        case .unexpectedSessionToken:
            "it carries a session token, but the credential is a lasting one; check it against the temporary credential"
        case .missingSessionToken:
            "it lacks the session token of this temporary credential; sign it with access key, secret and token"
        case .otherSessionToken: "it carries another session token than this credential's"
        case .otherDate(let scope, let time):
            "its scope is of \(scope), but it was signed at \(time); both must be of one day (UTC)"
        case .otherRegion(let region, let expected):
            "it is signed for the region \(region), not \(expected); sign it for the region of the bucket"
        case .otherService(let service, let expected): "it is signed for the service \(service), not \(expected)"
        case .expired(let end): "it expired at \(end) (Unix seconds); sign it anew"
        case .notYetValid(let start):
            "it is valid from \(start) on (Unix seconds); the signer's clock goes ahead, or ours is slow"
        case .tooOld(let start):
            "it was signed at \(start) (Unix seconds), and a request must arrive within 15 minutes; check the clocks"
        case .credentialExpired(let end): "its credential expired at \(end) (Unix seconds); renew it and sign anew"
        case .headerNotSent(let name): "the header \(name) is signed, but was not sent; send it with the signed value"
        case .headersNotSigned(let names):
            "\(names.joined(separator: ", ")) must be signed; sign it as well, or do not send it"
        case .payloadDiffers: "the body is another than the one that was signed"
        case .signatureMismatch:
            "the signature does not match: method, host, path, query, a signed header or the secret key differs"
        }
    }
}
