// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Crypto
internal import Foundation
internal import SwiftProtobuf

/// Makes and reads refresh tokens: a ``RefreshTicket`` sealed with ChaCha20-Poly1305 (RFC 8439) and the gateways' key.
///
/// A token is the base64url (RFC 4648, section 5) of a version, the key's id behind its length, and nonce, ciphertext and
/// tag. It grows with the chunks of its batch, by about 3 bytes each.
struct RefreshTokens: Sendable {
    /// A token as a client gets it.
    struct Issued {
        let text: String
        /// Up to when it is good, Unix milliseconds.
        let notAfter: Int64
    }

    private static let version: UInt8 = 1
    private static let purpose = Data("signet refresh token v1".utf8)
    /// Chunks of a batch that a token can name, at most.
    private static let maximumChunks = 200_000

    let tenant: String
    /// The first seals, all open.
    let keys: [TokenKey]
    /// From the acceptance of a batch to the end of its token.
    let lifetime: Duration

    /// The token of a batch.
    ///
    /// - Parameter acceptedAt: Of the batch, Unix milliseconds.
    /// - Returns: `nil`: none can be made.
    func issue(_ trail: ChunkTrail, of job: JobID, acceptedAt: Int64, answer: AnswerShape) -> Issued? {
        guard lifetime > .zero, let key = keys.first, let places = trail.places, places.count <= Self.maximumChunks
        else { return nil }
        var ticket = RefreshTicket()
        ticket.tenant = tenant
        ticket.jobID = job.description
        ticket.notAfterMs = acceptedAt.addingReportingOverflow(lifetime.milliseconds).partialValue
        ticket.answer = answer.rawValue
        ticket.places = places
        guard let plaintext: Data = try? ticket.serializedBytes(), let id = UInt8(exactly: key.id.utf8.count),
            let sealed = try? ChaChaPoly.seal(plaintext, using: key.key, authenticating: Self.purpose)
        else { return nil }
        let token = Data([Self.version, id]) + Data(key.id.utf8) + sealed.combined
        return Issued(text: Base64URL.encode(token), notAfter: ticket.notAfterMs)
    }

    /// Opens a token.
    ///
    /// - Parameter now: Unix milliseconds.
    /// - Throws: `invalid_token` or `token_expired`.
    func open(_ text: String, now: Int64) throws(Problem) -> RefreshTicket {
        guard let token = Base64URL.decode(text).map(Array.init), token.count > 2, token[0] == Self.version,
            token.count > 2 + Int(token[1])
        else {
            throw Self.invalid("refreshToken is no token of this version; send it as the answer of the batch has it")
        }
        let end = 2 + Int(token[1])
        let id = String(decoding: token[2..<end], as: UTF8.self)
        guard let key = keys.first(where: { $0.id == id }) else {
            throw Self.invalid(
                "refreshToken was sealed with a key that this gateway does not have; give all gateways the same "
                    + "gateway.tokenKeysFile, or send the batch again"
            )
        }
        guard let box = try? ChaChaPoly.SealedBox(combined: token[end...]),
            let plaintext = try? ChaChaPoly.open(box, using: key.key, authenticating: Self.purpose),
            let ticket = try? RefreshTicket(serializedBytes: plaintext)
        else {
            throw Self.invalid("refreshToken does not open: it was changed; send it as the answer of the batch has it")
        }
        guard ticket.tenant == tenant else {
            throw Self.invalid("refreshToken belongs to another tenant")
        }
        guard now < ticket.notAfterMs else {
            throw Problem(
                .tokenExpired,
                field: "refreshToken",
                "refreshToken ended at \(Timestamp.rfc3339(unixMilliseconds: ticket.notAfterMs)); send the batch again"
            )
        }
        return ticket
    }

    private static func invalid(_ detail: String) -> Problem {
        Problem(.invalidToken, field: "refreshToken", detail)
    }
}

extension RefreshTicket {
    /// Where the chunks lie, in the order of the batch.
    var places: [RecordPlace] {
        get {
            var last: [Int32: Int64] = [:]
            return zip(partitions, steps).map { partition, step in
                let offset = last[partition, default: 0].addingReportingOverflow(step).partialValue
                last[partition] = offset
                return RecordPlace(partition: partition, offset: offset)
            }
        }
        set {
            var last: [Int32: Int64] = [:]
            partitions = newValue.map(\.partition)
            steps = newValue.map { place in
                defer { last[place.partition] = place.offset }
                return place.offset - last[place.partition, default: 0]
            }
        }
    }
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
private enum Base64URL {
    static func encode(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: String) -> Data? {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4))
    }
}

extension JSONWriter {
    /// Writes a token with its end.
    mutating func write(_ token: RefreshTokens.Issued) {
        member("refreshToken", token.text)
        member("refreshableUntil", Timestamp.rfc3339(unixMilliseconds: token.notAfter))
    }
}
