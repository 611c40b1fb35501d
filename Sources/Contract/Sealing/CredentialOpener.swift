// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation
internal import SwiftProtobuf

/// Opens sealed credentials with any of the worker's keys: several are valid while keys rotate.
package struct CredentialOpener: Sendable {
    private let keys: [String: SealingPrivateKey]

    /// - Parameter keys: The worker's keys; of two with the same id the first counts.
    package init(keys: [SealingPrivateKey]) {
        self.keys = Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Opens a credential. The caller checks its scope with `SealScope.admit`.
    ///
    /// - Throws: `seal_broken` if no key of this id is here, or if the bytes or the scope were changed.
    package func open(_ sealed: SealedCredential) throws(FailureError) -> InlineCredential {
        try open(sealed, as: InlineCredential.self, SealingSuite.credentials, field: "sealedCredential")
    }

    /// Opens keys of SSE-C. The caller checks their scope with `SealScope.admit`.
    ///
    /// - Throws: As above.
    package func openCustomerKeys(_ sealed: SealedCredential) throws(FailureError) -> CustomerKeys {
        try open(sealed, as: CustomerKeys.self, SealingSuite.customerKeys, field: "sealedCustomerKeys")
    }

    private func open<Secret: Message>(
        _ sealed: SealedCredential,
        as type: Secret.Type,
        _ info: Data,
        field: String
    ) throws(FailureError) -> Secret {
        guard let key = keys[sealed.keyID] else {
            throw FailureError(
                .sealBroken,
                field: "\(field).keyId",
                message: keys.isEmpty
                    ? "this worker has no sealing key; set sealing.privateKeysFile, or use a credential profile and no keys of SSE-C"
                    : "this worker has no sealing key of that id; seal to the current public key"
            )
        }
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key.key,
                ciphersuite: SealingSuite.ciphersuite,
                info: info,
                encapsulatedKey: sealed.encapsulatedKey
            )
            var plaintext = try recipient.open(sealed.ciphertext, authenticating: sealed.scope.associatedData)
            defer { plaintext.resetBytes(in: plaintext.startIndex..<plaintext.endIndex) }
            return try Secret(serializedBytes: plaintext)
        } catch {
            throw FailureError(
                .sealBroken,
                field: field,
                message: "\(field) does not open: it or its scope was changed, or it was sealed to another key"
            )
        }
    }
}
