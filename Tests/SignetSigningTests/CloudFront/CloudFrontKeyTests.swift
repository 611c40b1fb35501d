// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

@Suite(.takingTurnsBusy, .timeLimit(.minutes(2)))
struct CloudFrontKeyTests {
    @Test(arguments: [
        ("rsa of 1024 bits", "1024"), ("ec p384", "another curve"), ("ed25519", "neither RSA nor EC"),
        ("encrypted pkcs8", "is encrypted"), ("encrypted pkcs1", "is encrypted"), ("public", "no private key"),
    ])
    func keysThatCloudFrontDoesNotTakeAreRefused(kind: String, reason: String) async throws {
        let pem = try #require(await CloudFrontOracle.keys()[kind])
        let error = #expect(throws: SigningError.self) { try CloudFrontKey(keyPairID: "K1", pem: pem) }
        #expect(error?.code == .invalidPrivateKey)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----", "nonsense", String(repeating: "a", count: 70_000)])
    func whatIsNoKeyIsRefused(pem: String) throws {
        let refused = try refusal { try CloudFrontKey(keyPairID: "K1", pem: pem) }
        #expect(refused == Refusal(.invalidPrivateKey, "privateKey"))
    }

    @Test(arguments: ["", "K 1", "K1/", "K&", "ü", "K\n", String(repeating: "K", count: 129)])
    func aKeyPairIDIsAName(id: String) async throws {
        let pem = try #require(await CloudFrontOracle.keys()["ec pkcs8"])
        #expect(try refusal { try CloudFrontKey(keyPairID: id, pem: pem) } == Refusal(.invalidKeyPair, "keyPairId"))
    }

    /// `openssl ecparam -genkey` writes a curve before its key, bundles have certificates there.
    @Test func whatStandsBeforeTheKeyIsPassedOver() async throws {
        let keys = try await CloudFrontOracle.keys()
        let other = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        let pem = try "text before\n" + other + #require(keys["public"]) + "\n" + #require(keys["ec sec1"])
        #expect(try !CloudFrontKey(keyPairID: "K1", pem: pem).signature(of: "policy", hash: .sha1).isEmpty)
    }

    @Test func nothingOfAKeyIsShown() async throws {
        let pem = try #require(await CloudFrontOracle.keys()["rsa pkcs8"])
        let key = try CloudFrontKey(keyPairID: "K1", pem: pem)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(text.contains("K1"))
            for line in pem.split(separator: "\n").dropFirst().dropLast() { #expect(!text.contains(line)) }
        }
    }
}
