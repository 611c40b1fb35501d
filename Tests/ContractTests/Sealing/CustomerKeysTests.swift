// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Testing

/// Keys of SSE-C, sealed as credentials are but never to be taken for one.
@Suite struct CustomerKeysTests {
    private let key = SealingPrivateKey()
    private var keys: CustomerKeys {
        var keys = CustomerKeys()
        keys.key = Data(repeating: 7, count: 32)
        keys.copySourceKey = Data(repeating: 9, count: 32)
        return keys
    }

    @Test func sealedKeysOpenWithTheirKey() throws {
        let sealed = try CredentialSealer(publicKey: key.publicKey).seal(keys, scope: SealingFixture.scope)
        #expect(try CredentialOpener(keys: [key]).openCustomerKeys(sealed) == keys)
        #expect(sealed.ciphertext.range(of: Data(repeating: 7, count: 8)) == nil)
    }

    @Test func neitherOpensAsTheOther() throws {
        let sealer = CredentialSealer(publicKey: key.publicKey)
        let opener = CredentialOpener(keys: [key])
        let credential = try sealer.seal(SealingFixture.credential, scope: SealingFixture.scope)
        let customer = try sealer.seal(keys, scope: SealingFixture.scope)
        let first = #expect(throws: FailureError.self) { try opener.openCustomerKeys(credential) }
        #expect(first?.code == .sealBroken && first?.field == "sealedCustomerKeys")
        let second = #expect(throws: FailureError.self) { try opener.open(customer) }
        #expect(second?.code == .sealBroken && second?.field == "sealedCredential")
    }

    @Test(arguments: SealingFixture.changes)
    func changedScopeDoesNotOpen(change: SealingFixture.Change) throws {
        var sealed = try CredentialSealer(publicKey: key.publicKey).seal(keys, scope: SealingFixture.scope)
        change.apply(&sealed.scope)
        #expect(throws: FailureError.self) { try CredentialOpener(keys: [key]).openCustomerKeys(sealed) }
    }

    @Test func nothingOfThemIsPrinted() {
        var text = "\(keys) \(String(reflecting: keys))"
        dump(keys, to: &text)
        #expect(text.contains("redacted"))
        #expect(!text.contains("7"))
    }

    @Test(arguments: [
        "X-Amz-Server-Side-Encryption-Customer-Key", "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-security-token", "X-Amz-S3session-Token", "Authorization",
    ])
    func headersWithSecretsAreKnown(name: String) {
        #expect(SecretHeaders.contain(name))
        #expect(!SecretHeaders.contain(name + "-md5"))
    }
}
