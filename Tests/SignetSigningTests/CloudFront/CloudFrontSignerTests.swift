// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

@Suite(.takingTurnsBusy, .timeLimit(.minutes(2)))
struct CloudFrontSignerTests {
    private static let domain = "d111111abcdef8.cloudfront.net"
    private static let keys = [
        "a.jpg", "a b+c.jpg", "ü/漢/😀", "a//b/../c", "100%", "a?b#c=d&e", "~-._", "\"\\", "k", "/leading", "trailing/",
    ]

    /// Cases of every kind of policy, with queries of their own, drawn from a seed.
    private static func cases(pem: String, count: Int, seed: UInt64) throws -> [CloudFrontOracle.Case] {
        var random = SeededGenerator(seed: seed)
        return try (0..<count).map { number in
            let query = ["", "width=200&v=a%20b", "a"].randomElement(using: &random) ?? ""
            let key = (keys.randomElement(using: &random) ?? "") + (number % 3 == 0 ? "\(number)" : "")
            var result = CloudFrontOracle.Case(
                pem: pem,
                url: try CloudFrontSigner.url(domain: domain, key: key, query: query)
            )
            result.end = .random(in: 1_000_000...2_147_483_647, using: &random)
            guard number % 2 == 1 else { return result }
            let wildcard = ["https://\(domain)/*", "*", result.url, "http?://\(domain)/a?b"].randomElement(
                using: &random
            )
            result.resource = wildcard
            if Bool.random(using: &random) { result.start = .random(in: 1..<result.end, using: &random) }
            if Bool.random(using: &random) {
                result.ipRange = ["203.0.113.0/24", "192.0.2.7/32", "0.0.0.0/0"].randomElement(using: &random)
            }
            return result
        }
    }

    private static func policy(of item: CloudFrontOracle.Case) throws -> CloudFrontPolicy {
        guard let resource = item.resource else { return try CloudFrontPolicy(url: item.url, end: item.end) }
        return try CloudFrontPolicy(resource: resource, end: item.end, start: item.start, ipRange: item.ipRange)
    }

    /// RSA with SHA-1 is all that botocore knows.
    @Test(arguments: ["rsa pkcs1", "rsa pkcs8"])
    func urlsEqualBotocores(kind: String) async throws {
        let pem = try #require(await CloudFrontOracle.keys()[kind])
        let key = try CloudFrontKey(keyPairID: "K2JCJMDEHXQW5F", pem: pem)
        let seed = UInt64.random(in: 0...UInt64.max)
        let cases = try Self.cases(pem: pem, count: 200, seed: seed)
        let ours = try cases.map { try CloudFrontSigner(key: key).sign(url: $0.url, policy: Self.policy(of: $0)) }
        let theirs = try await CloudFrontOracle.sign(cases)
        for (our, their) in zip(ours, theirs) { #expect(our == their, "seed \(seed)") }
        #expect(ours.count == theirs.count)
    }

    @Test(arguments: ["rsa pkcs1", "rsa pkcs8", "ec sec1", "ec pkcs8"], CloudFrontHash.allCases)
    func urlsAndCookiesAreVerifiedByThePublicKey(kind: String, hash: CloudFrontHash) async throws {
        let pem = try #require(await CloudFrontOracle.keys()[kind])
        let signer = CloudFrontSigner(key: try CloudFrontKey(keyPairID: "K2JCJMDEHXQW5F", pem: pem), hash: hash)
        let seed = UInt64.random(in: 0...UInt64.max)
        var cases = try Self.cases(pem: pem, count: 100, seed: seed)
        for index in cases.indices {
            let policy = try Self.policy(of: cases[index])
            if index % 4 < 2 {
                let signed = try signer.sign(url: cases[index].url, policy: policy)
                #expect(signed.hasPrefix(cases[index].url))
                let added = signed.dropFirst(cases[index].url.count + 1)
                cases[index].fields = added.split(separator: "&").map { pair in
                    pair.split(separator: "=", maxSplits: 1).map(String.init)
                }
            } else {
                cases[index].fields = try signer.cookies(policy: policy).map { name, value in
                    #expect(name.hasPrefix("CloudFront-"))
                    return [String(name.dropFirst(11)), value]
                }
            }
            #expect(cases[index].fields.contains { $0[0] == "Hash-Algorithm" } == (hash == .sha256))
        }
        let expected = cases.map {
            CloudFrontOracle.Allowance(
                resource: $0.resource ?? $0.url,
                end: $0.end,
                start: $0.start,
                ipRange: $0.ipRange,
                keyPairId: $0.keyPairId
            )
        }
        #expect(try await CloudFrontOracle.verify(cases) == expected, "seed \(seed)")
        // The oracle sees what is wrong.
        var altered = cases[0]
        altered.fields = altered.fields.map { $0[0] == "Expires" ? ["Expires", "1"] : $0 }
        #expect(try await CloudFrontOracle.verify([altered]) == [nil])
    }

    @Test func theCannedPolicyIsExactlyAsCloudFrontBuildsIt() throws {
        let policy = try CloudFrontPolicy(url: "https://\(Self.domain)/a\"b", end: 1_357_034_400)
        #expect(
            policy.text
                == #"{"Statement":[{"Resource":"https://d111111abcdef8.cloudfront.net/a\"b","Condition":{"DateLessThan":{"AWS:EpochTime":1357034400}}}]}"#
        )
    }

    @Test(arguments: ["Expires=1", "a=b&Policy=x", "Signature=", "Key-Pair-Id", "Hash-Algorithm=SHA1"])
    func aURLWithNamesOfTheSignatureIsRefused(query: String) async throws {
        let pem = try #require(await CloudFrontOracle.keys()["ec pkcs8"])
        let signer = CloudFrontSigner(key: try CloudFrontKey(keyPairID: "K1", pem: pem))
        let url = "https://\(Self.domain)/a?\(query)"
        let refused = try refusal { try signer.sign(url: url, policy: CloudFrontPolicy(url: url, end: 10)) }
        #expect(refused == Refusal(.invalidQuery, "query"))
    }

    @Test(arguments: [
        ("203.0.113.77/24", "203.0.113.0/24"), ("192.0.2.1", "192.0.2.1/32"), ("255.255.255.255/0", "0.0.0.0/0"),
        ("10.1.2.3/31", "10.1.2.2/31"),
    ])
    func rangesOfAddressesAreNormalised(given: String, expected: String) throws {
        #expect(try CloudFrontPolicy(resource: "*", end: 10, ipRange: given).ipRange == expected)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::1", "1.2.3.4/8/8",
        "1. 2.3.4", "１.2.3.4", "a.b.c.d",
    ])
    func otherRangesAreRefused(range: String) throws {
        let refused = try refusal { try CloudFrontPolicy(resource: "*", end: 10, ipRange: range) }
        #expect(refused == Refusal(.invalidIPRange, "ipRange"))
    }

    @Test func policiesThatAllowNothingAreRefused() throws {
        let end = Refusal(.invalidExpiry, "expires")
        #expect(try refusal { try CloudFrontPolicy(url: "https://a.example/", end: 0) } == end)
        #expect(try refusal { try CloudFrontPolicy(url: "https://a.example/", end: .max) } == end)
        let begin = try refusal { try CloudFrontPolicy(resource: "*", end: 10, start: 10) }
        #expect(begin == Refusal(.invalidTime, "notBefore"))
        for resource in ["", "https://a.example/ü", "https://a.example/a b", "a\n"] {
            let refused = try refusal { try CloudFrontPolicy(resource: resource, end: 10) }
            #expect(refused == Refusal(.invalidResource, "resource"))
        }
        let wildcard = try refusal { try CloudFrontPolicy(url: "https://a.example/*", end: 10) }
        #expect(wildcard == Refusal(.invalidResource, "resource"))
    }

    @Test(arguments: [(10, 9, true), (10, 10, false), (10, 11, false)] as [(Int64, Int64, Bool)])
    func aPolicyEndsAfterItIsSigned(end: Int64, signingTime: Int64, isTaken: Bool) throws {
        func canned() throws(SigningError) -> CloudFrontPolicy {
            try CloudFrontPolicy(url: "https://a.example/", end: end, signingTime: signingTime)
        }
        func custom() throws(SigningError) -> CloudFrontPolicy {
            try CloudFrontPolicy(resource: "*", end: end, signingTime: signingTime)
        }
        if isTaken {
            #expect(try canned().end == end)
            #expect(try custom().end == end)
        } else {
            #expect(try refusal { try canned() } == Refusal(.invalidExpiry, "expires"))
            #expect(try refusal { try custom() } == Refusal(.invalidExpiry, "expires"))
        }
    }

    @Test func aCannedPolicyOpensItsOwnURLAlone() async throws {
        let pem = try #require(await CloudFrontOracle.keys()["ec pkcs8"])
        let signer = CloudFrontSigner(key: try CloudFrontKey(keyPairID: "K1", pem: pem))
        let url = "https://\(Self.domain)/a"
        let other = try CloudFrontPolicy(url: "\(url)?v=1", end: 10)
        #expect(try refusal { try signer.sign(url: url, policy: other) } == Refusal(.invalidResource, "resource"))
    }

    @Test func cookiesAreSuggestedForTheDistributionAlone() throws {
        let attributes = try CloudFrontCookieAttributes(domain: "https://\(Self.domain)/", path: "/videos/")
        #expect("\(attributes)" == "Domain=\(Self.domain); Path=/videos/; Secure; HttpOnly")
        #expect(try CloudFrontCookieAttributes(domain: Self.domain).path == "/")
        #expect(try refusal { try CloudFrontCookieAttributes(domain: "a b") } == Refusal(.invalidDomain, "domain"))
        for path in ["", "videos", "/a;Domain=b", "/a b", "/ü", "/a\r\nb"] {
            let refused = try refusal { try CloudFrontCookieAttributes(domain: Self.domain, path: path) }
            #expect(refused == Refusal(.invalidPath, "path"))
        }
    }

    /// Contexts go from one thread to another; none signs for two.
    @Test(arguments: ["rsa pkcs8", "ec pkcs8"], CloudFrontHash.allCases)
    func manyTasksShareAKey(kind: String, hash: CloudFrontHash) async throws {
        let pem = try #require(await CloudFrontOracle.keys()[kind])
        let signer = CloudFrontSigner(key: try CloudFrontKey(keyPairID: "K2JCJMDEHXQW5F", pem: pem), hash: hash)
        let cases = try await withThrowingTaskGroup(of: [CloudFrontOracle.Case].self) { group in
            for task in 0..<16 {
                group.addTask {
                    try (0..<25).map { number in
                        let url = try CloudFrontSigner.url(domain: Self.domain, key: "\(task)/\(number)")
                        var item = CloudFrontOracle.Case(pem: pem, url: url, end: 1_767_290_400)
                        item.fields = try signer.cookies(policy: CloudFrontPolicy(url: url, end: item.end)).map {
                            [String($0.name.dropFirst("CloudFront-".count)), $0.value]
                        }
                        return item
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let allowed = try await CloudFrontOracle.verify(cases)
        #expect(allowed.map { $0?.resource } == cases.map(\.url))
    }

    @Test func theKeyWhoseTimeHasComeSigns() async throws {
        let pem = try #require(await CloudFrontOracle.keys()["ec pkcs8"])
        func entry(_ id: String, from time: Int64) throws -> CloudFrontKeyRing.Entry {
            .init(key: try CloudFrontKey(keyPairID: id, pem: pem), activeFrom: time)
        }
        let ring = try CloudFrontKeyRing([entry("KNEW", from: 2_000), entry("KOLD", from: 1_000)])
        #expect(try ring.key(at: 1_000).keyPairID == "KOLD")
        #expect(try ring.key(at: 1_999).keyPairID == "KOLD")
        #expect(try ring.key(at: 2_000).keyPairID == "KNEW")
        #expect(try refusal { try ring.key(at: 999) } == Refusal(.invalidKeyPair, "keyRing"))
        #expect(try refusal { try CloudFrontKeyRing([]) } == Refusal(.invalidKeyPair, "keyPairId"))
        let twice = try refusal { try CloudFrontKeyRing([entry("K", from: 0), entry("K", from: 1)]) }
        #expect(twice == Refusal(.invalidKeyPair, "keyPairId"))
    }
}
