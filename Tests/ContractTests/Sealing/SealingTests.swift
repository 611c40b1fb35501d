// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Testing

@Suite struct SealingTests {
    let key = SealingPrivateKey()

    private func seal() throws -> SealedCredential {
        try CredentialSealer(publicKey: key.publicKey).seal(SealingFixture.credential, scope: SealingFixture.scope)
    }

    @Test func sealedCredentialOpensWithItsKey() throws {
        let sealed = try seal()
        #expect(sealed.keyID == key.id)
        #expect(sealed.scope == SealingFixture.scope)
        #expect(try CredentialOpener(keys: [key]).open(sealed) == SealingFixture.credential)
    }

    @Test func secretIsNowhereInTheSealedBytes() throws {
        let sealed = try seal()
        let bytes = try WireFormat.protobuf.encode(sealed)
        for secret in [SealingFixture.secret, SealingFixture.token, "AKIAIOSFODNN7EXAMPLE"] {
            #expect(bytes.firstRange(of: Array(secret.utf8)) == nil)
        }
        // 32 bytes of X25519; the tag of ChaCha20-Poly1305 adds 16 to the plaintext.
        #expect(sealed.encapsulatedKey.count == 32)
        #expect(sealed.ciphertext.count == (try WireFormat.protobuf.encode(SealingFixture.credential).count) + 16)
    }

    @Test func sealingTwiceGivesOtherBytes() throws {
        let first = try seal()
        let second = try seal()
        #expect(first.ciphertext != second.ciphertext)
        #expect(first.encapsulatedKey != second.encapsulatedKey)
    }

    @Test func severalKeysOpenWhileTheyRotate() throws {
        let next = SealingPrivateKey()
        let both = CredentialOpener(keys: [key, next])
        let old = try seal()
        let new = try CredentialSealer(publicKey: next.publicKey)
            .seal(SealingFixture.credential, scope: SealingFixture.scope)
        #expect(try both.open(old) == SealingFixture.credential)
        #expect(try both.open(new) == SealingFixture.credential)
        let failure = #expect(throws: FailureError.self) { try CredentialOpener(keys: [next]).open(old) }
        #expect(failure?.code == .sealBroken)
        #expect(failure?.field == "sealedCredential.keyId")
    }

    @Test func workerWithoutKeysSaysSo() throws {
        let sealed = try seal()
        let failure = #expect(throws: FailureError.self) { try CredentialOpener(keys: []).open(sealed) }
        #expect(failure?.code == .sealBroken)
        #expect(failure?.message.contains("no sealing key") == true)
    }

    @Test func otherKeyOfTheSameIdDoesNotOpen() throws {
        let sealed = try seal()
        let impostor = SealingPrivateKey(id: key.id)
        let failure = #expect(throws: FailureError.self) { try CredentialOpener(keys: [impostor]).open(sealed) }
        #expect(failure?.code == .sealBroken)
    }

    @Test(arguments: SealingFixture.changes)
    func changedScopeDoesNotOpen(change: SealingFixture.Change) throws {
        var sealed = try seal()
        change.apply(&sealed.scope)
        let failure = #expect(throws: FailureError.self) { try CredentialOpener(keys: [key]).open(sealed) }
        #expect(failure?.code == .sealBroken)
    }

    @Test func everyChangedBitOfTheBytesIsNoticed() throws {
        let sealed = try seal()
        let opener = CredentialOpener(keys: [key])
        for position in sealed.ciphertext.indices {
            var broken = sealed
            broken.ciphertext[position] ^= 1 << UInt8.random(in: 0..<8)
            #expect(throws: FailureError.self) { try opener.open(broken) }
        }
        for position in sealed.encapsulatedKey.indices {
            var broken = sealed
            // The highest bit of an X25519 coordinate is ignored (RFC 7748, section 5); yet it is bound by the schedule.
            broken.encapsulatedKey[position] ^= 1 << UInt8.random(in: 0..<8)
            #expect(throws: FailureError.self) { try opener.open(broken) }
        }
    }

    @Test(arguments: [0, 1, 15, 16, 31, 32, 33, 10_000])
    func garbageOfAnyLengthIsRefused(length: Int) throws {
        var sealed = try seal()
        let opener = CredentialOpener(keys: [key])
        let garbage = Data((0..<length).map { _ in UInt8.random(in: 0...255) })
        sealed.ciphertext = garbage
        #expect(throws: FailureError.self) { try opener.open(sealed) }
        sealed = try seal()
        sealed.encapsulatedKey = garbage
        #expect(throws: FailureError.self) { try opener.open(sealed) }
        // The point of order 1: RFC 9180, section 7.1.4, wants the all-zero result refused.
        sealed.encapsulatedKey = Data(count: 32)
        #expect(throws: FailureError.self) { try opener.open(sealed) }
    }

    // MARK: What a reader sees

    /// Everything that Swift says about a value by itself.
    private static func texts(of value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value)" + String(reflecting: value) + dumped
    }

    @Test func secretsAreInNoDescription() throws {
        let sealed = try seal()
        var broken = sealed
        broken.ciphertext.append(0)
        let opener = CredentialOpener(keys: [key])
        let failure = try #require(#expect(throws: FailureError.self) { try opener.open(broken) })
        let texts = [
            Self.texts(of: SealingFixture.credential), Self.texts(of: sealed), Self.texts(of: failure),
            Self.texts(of: opener), Self.texts(of: CredentialSealer(publicKey: key.publicKey)), Self.texts(of: key),
            Self.texts(of: [SealingFixture.credential]), Self.texts(of: Optional(SealingFixture.credential) as Any),
        ]
        let exported = key.exported
        let privateKey = try #require(exported.split(separator: ":", maxSplits: 1).last)
        for text in texts {
            #expect(!text.contains(SealingFixture.secret))
            #expect(!text.contains(SealingFixture.token))
            #expect(!text.contains("AKIAIOSFODNN7EXAMPLE"))
            #expect(!text.contains(privateKey))
        }
    }
}
