// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation
internal import SwiftProtobuf

/// Seals credentials that arrive with a request, before anything of them reaches Kafka.
///
/// HPKE base mode (RFC 9180) to the workers' public key; about 50 µs. A named profile costs nothing and is the better way.
package struct CredentialSealer: Sendable {
    private let publicKey: SealingPublicKey

    package init(publicKey: SealingPublicKey) {
        self.publicKey = publicKey
    }

    /// Seals a credential for one job.
    package func seal(_ credential: InlineCredential, scope: SealScope) throws -> SealedCredential {
        var sender = try HPKE.Sender(
            recipientKey: publicKey.key,
            ciphersuite: SealingSuite.ciphersuite,
            info: SealingSuite.info
        )
        var plaintext: Data = try credential.serializedBytes()
        defer { plaintext.resetBytes(in: plaintext.startIndex..<plaintext.endIndex) }
        var sealed = SealedCredential()
        sealed.keyID = publicKey.id
        sealed.ciphertext = try sender.seal(plaintext, authenticating: scope.associatedData)
        sealed.encapsulatedKey = sender.encapsulatedKey
        sealed.scope = scope
        return sealed
    }
}

enum SealingSuite {
    static let ciphersuite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    /// Ties the key schedule to this use (RFC 9180, section 5.1).
    static let info = Data("signet sealed credential v1".utf8)
}
