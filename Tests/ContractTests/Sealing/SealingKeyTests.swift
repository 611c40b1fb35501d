// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct SealingKeyTests {
    /// RFC 7748, section 6.1: Alice's private key and its public key.
    static let privateText = "alice:dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="
    static let publicText = "alice:hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="

    @Test func publicKeyOfTheStandardsPrivateKey() throws {
        let key = try SealingPrivateKey(Self.privateText)
        #expect(key.id == "alice")
        #expect(key.publicKey.description == Self.publicText)
        #expect(key.exported == Self.privateText)
    }

    @Test func textFormReadsBack() throws {
        let made = SealingPrivateKey()
        #expect(made.id.count == 8)
        #expect(try SealingPrivateKey(made.exported).publicKey.description == made.publicKey.description)
        #expect(try SealingPublicKey(made.publicKey.description).id == made.id)
        #expect(try SealingPublicKey("  \(Self.publicText)\n").description == Self.publicText)
    }

    @Test(arguments: [
        "", ":", "alice", "alice:", ":dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=", "alice:AAAA",
        "alice:dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC", "alice:!!!!",
        "alice dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=",
    ])
    func otherTextIsRefusedWithoutBeingRepeated(text: String) {
        let first = #expect(throws: SealingKeyError.self) { try SealingPrivateKey(text) }
        let second = #expect(throws: SealingKeyError.self) { try SealingPublicKey(text) }
        for error in [first, second] {
            #expect(error?.description.contains("<id>:<base64 of 32 bytes>") == true)
            #expect(error?.description.contains("dwdtCn") == false)
        }
    }
}
