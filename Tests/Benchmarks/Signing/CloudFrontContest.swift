// SPDX-License-Identifier: Apache-2.0

import CSigningBaseline
import Foundation
import SignetSigning

/// W3: whole URLs of CloudFront with a canned policy, against OpenSSL's own signature of the same digest.
struct CloudFrontContest {
    /// What signs.
    enum Algorithm: String, CaseIterable {
        case rsa
        case ecdsa

        var name: String { "cloudfront-\(rawValue)" }

        /// Of a whole URL to the signature alone.
        var target: Double { self == .rsa ? 1.1 : 1.2 }

        var summary: String {
            switch self {
            case .rsa: "W3, canned policy, RSA-2048 with SHA-1"
            case .ecdsa: "W3, canned policy, ECDSA P-256 with SHA-1"
            }
        }
    }

    private static let domain = "d111111abcdef8.cloudfront.net"
    private static let keyPairID = "K2JCJMDEHXQW5F"
    private static let end: Int64 = 1_767_290_400

    private let algorithm: Algorithm
    private let pair: KeyPair
    private let signer: CloudFrontSigner
    private let keys = (0..<64).map { "uploads/2026/08/photo-\(100_000 + $0).jpeg" }

    init(_ algorithm: Algorithm) throws {
        self.algorithm = algorithm
        pair = try KeyPair(isRSA: algorithm == .rsa)
        signer = CloudFrontSigner(key: try CloudFrontKey(keyPairID: Self.keyPairID, pem: pair.pem))
    }

    /// OpenSSL; then a whole URL; then the signature alone.
    func measure(for total: Duration) throws -> SigningReport.Table {
        let pair = pair
        let signer = signer
        let keys = keys
        let mask = keys.count - 1
        let policies = try keys.map { try Self.policy(forKey: $0).text }
        let digests = policies.map(KeyPair.digest(of:))
        try compare(digests)
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: Int(SIGNET_LONGEST_SIGNATURE))
        defer { buffer.deallocate() }

        var sink = 0
        let contest = Contest(contenders: [
            .init("OpenSSL, signature of a digest") { count in
                for index in 0..<count { sink &+= pair.sign(digests[index & mask], to: buffer) }
            },
            .init("URL", name: algorithm.name, target: algorithm.target) { count in
                for index in 0..<count {
                    sink &+= (try? Self.url(forKey: keys[index & mask], by: signer))?.utf8.count ?? 0
                }
            },
            .init("signature of a policy", name: "\(algorithm.name)-signature") { count in
                for index in 0..<count {
                    sink &+= (try? signer.key.signature(of: policies[index & mask], hash: .sha1))?.count ?? 0
                }
            },
        ])
        let results = contest.measure(for: total)
        withExtendedLifetime(sink) {}
        return SigningReport.Table(title: algorithm.summary, contest, results)
    }

    private static func policy(forKey key: String) throws -> CloudFrontPolicy {
        try CloudFrontPolicy(url: CloudFrontSigner.url(domain: domain, key: key), end: end)
    }

    private static func url(forKey key: String, by signer: CloudFrontSigner) throws -> String {
        let url = try CloudFrontSigner.url(domain: domain, key: key)
        return try signer.sign(url: url, policy: CloudFrontPolicy(url: url, end: end))
    }

    /// Makes sure that the signatures in our URLs are those of the digests, and, of RSA, the same bytes.
    private func compare(_ digests: [[UInt8]]) throws {
        for (key, digest) in zip(keys, digests) {
            let url = try Self.url(forKey: key, by: signer)
            let signature = try Self.signature(in: url)
            guard pair.isSignature(signature, of: digest) else {
                throw BenchError(description: "\(algorithm.name): the signature for \(key) is wrong")
            }
            guard algorithm == .rsa else { continue }
            let theirs = [UInt8](unsafeUninitializedCapacity: Int(SIGNET_LONGEST_SIGNATURE)) { buffer, count in
                count = buffer.baseAddress.map { pair.sign(digest, to: $0) } ?? 0
            }
            guard signature == theirs else {
                throw BenchError(description: "\(algorithm.name): the signatures for \(key) differ")
            }
        }
    }

    private static func signature(in url: String) throws -> [UInt8] {
        let field = url.split(separator: "&").first { $0.hasPrefix("Signature=") } ?? ""
        let text = String(field.dropFirst("Signature=".count))
            .replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "=")
            .replacingOccurrences(of: "~", with: "/")
        guard let bytes = Data(base64Encoded: text) else {
            throw BenchError(description: "a signature is not in CloudFront's base64")
        }
        return Array(bytes)
    }
}
