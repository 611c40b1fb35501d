// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation
internal import SwiftProtobuf

/// Seals credentials and customer's keys that arrive with a request, before anything of them reaches Kafka.
///
/// HPKE base mode (RFC 9180) to the workers' public key; about 50 µs. A named profile costs nothing and is the better way.
package struct CredentialSealer: Sendable {
    private let publicKey: SealingPublicKey

    package init(publicKey: SealingPublicKey) {
        self.publicKey = publicKey
    }

    /// Seals a credential for one job.
    package func seal(_ credential: InlineCredential, scope: SealScope) throws -> SealedCredential {
        try seal(credential, SealingSuite.credentials, scope)
    }

    /// Seals keys of SSE-C for one job.
    package func seal(_ keys: CustomerKeys, scope: SealScope) throws -> SealedCredential {
        try seal(keys, SealingSuite.customerKeys, scope)
    }

    private func seal(_ secret: some Message, _ info: Data, _ scope: SealScope) throws -> SealedCredential {
        var sender = try HPKE.Sender(
            recipientKey: publicKey.key,
            ciphersuite: SealingSuite.ciphersuite,
            info: info
        )
        var plaintext: Data = try secret.serializedBytes()
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
    // Tie the key schedule to one use (RFC 9180, section 5.1): what was sealed as the one never opens as the other.
    static let credentials = Data("signet sealed credential v1".utf8)
    static let customerKeys = Data("signet sealed customer keys v1".utf8)
}
