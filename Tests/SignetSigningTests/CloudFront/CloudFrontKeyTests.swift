// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

@Suite(.takingTurns, .timeLimit(.minutes(2)))
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

    /// Whatever the bytes are, there is a key or an error of the right kind.
    @Test(arguments: ["rsa pkcs1", "rsa pkcs8", "ec sec1", "ec pkcs8"])
    func noMutationOfAKeyTraps(kind: String) async throws {
        let pem = Array(try #require(await CloudFrontOracle.keys()[kind]).utf8)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(state: seed)
        let isLong = ProcessInfo.processInfo.environment["SIGNET_TEST_LONG"] != nil
        for _ in 0..<(isLong ? 250_000 : 1_000) {
            var bytes = pem
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(.random(in: 0x20...0x7E, using: &random), at: index)
                default: bytes.removeLast(bytes.count - index)
                }
                if bytes.isEmpty { break }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let key = try CloudFrontKey(keyPairID: "K1", pem: text)
                // A key whose numbers were changed may fail to sign, but says so.
                _ = try? key.signature(of: "policy", hash: .sha256)
            } catch {
                #expect(error.code == .invalidPrivateKey, "seed \(seed)")
            }
        }
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
