// SPDX-License-Identifier: Apache-2.0

import Foundation
import SignetSigning
import TestSupport
import Testing

/// Random requests through signing and verifying, and any change of what is signed on the way.
@Suite(.takingTurnsBusy)
struct MutationTests {
    /// 50,000 cases; a million with `SIGNET_TEST_LONG=1`. `SIGNET_MUTATION_SEED` repeats a run.
    @Test
    func whatWasSignedIsValidAndAnyChangeOfItIsRefused() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["SIGNET_TEST_LONG"] == "1" ? 1_000_000 : 50_000
        let seed = environment["SIGNET_MUTATION_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        print("mutations: SIGNET_MUTATION_SEED=\(seed), \(count) cases")
        let parts = 4
        let tallies = try await withThrowingTaskGroup(of: Tally.self) { group in
            for part in 0..<parts {
                group.addTask { try Self.run(seed: seed &+ UInt64(part) &* 0x1234_5678_9ABC, count: count / parts) }
            }
            return try await group.reduce(into: [Tally]()) { $0.append($1) }
        }
        let failures = tallies.flatMap(\.failures)
        #expect(failures.isEmpty, "seed \(seed): \(failures.count) wrong; the first: \(failures.first ?? "")")
        let refused = tallies.map(\.refused).reduce(0, +)
        print("mutations: \(refused) refused, \(tallies.map(\.same).reduce(0, +)) of the same meaning")
        #expect(refused > count * 8 / 10)
        // Each kind of change was met.
        for kind in 0..<Self.kinds { #expect(tallies.map { $0.kinds[kind, default: 0] }.reduce(0, +) > count / 200) }
    }

    private struct Tally: Sendable {
        var refused = 0
        /// Changed in writing, but not in meaning.
        var same = 0
        var kinds: [Int: Int] = [:]
        var failures: [String] = []
    }

    private static func run(seed: UInt64, count: Int) throws -> Tally {
        var requests = RandomRequests(seed: seed)
        var tally = Tally()
        for number in 0..<count {
            let signer = try requests.signer()
            // SigV4A costs a hundred times as much: a few of it.
            let sent =
                switch number % 50 {
                case 1: try requests.multiRegion(by: signer)
                case let rest where rest % 2 == 0: try requests.presigned(by: signer)
                default: try requests.authorized(by: signer)
                }
            let verifier = SignatureVerifier(credentials: signer.credentials, region: signer.region)
            let now = signer.time.unixSeconds
            let good = try verifier.verify(ReceivedRequest(sent), now: now)
            if !good.isValid { tally.failures.append("case \(number): \(good.refusals)") }

            let kind = Int(requests.random.next() % UInt64(kinds))
            guard let changed = change(sent, kind: kind, random: &requests.random) else { continue }
            let isSame = Meaning(changed) == Meaning(sent)
            let isValid = (try? ReceivedRequest(changed)).map { verifier.verify($0, now: now).isValid } ?? false
            if isSame {
                tally.same += 1
            } else {
                tally.refused += isValid ? 0 : 1
                tally.kinds[kind, default: 0] += 1
                if isValid { tally.failures.append("case \(number), change \(kind): \(sent) as \(changed)") }
            }
            // The same request under another secret, scope or time.
            if number % 10 == 0 || number % 500 == 1, let stranger = try stranger(to: signer, sent, &requests.random) {
                tally.failures.append("case \(number): \(stranger)")
            }
        }
        return tally
    }

    private static let kinds = 9

    private static func change(
        _ sent: RandomRequests.Sent,
        kind: Int,
        random: inout SeededGenerator
    ) -> RandomRequests.Sent? {
        var result = sent
        func edit(_ text: String) -> String {
            var bytes = Array(text.utf8)
            let index = Int.random(in: 0...bytes.count, using: &random)
            let byte =
                random.next() % 4 == 0
                ? UInt8.random(in: 0...0x7F, using: &random)
                : Array("0123456789abcdefABZ/%&=?+;:.-".utf8)[Int(random.next() % 29)]
            switch (random.next() % 3, index < bytes.count) {
            case (0, true): bytes[index] = byte
            case (1, true): bytes.remove(at: index)
            default: bytes.insert(byte, at: index)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        let header = sent.headers.indices.randomElement(using: &random)
        switch kind {
        case 0, 1, 2: result.url = edit(sent.url)
        case 3: result.method = ["GET", "PUT", "POST", "HEAD", "DELETE", "get"].randomElement(using: &random) ?? ""
        case 4:
            guard let header else { return nil }
            result.headers[header].value = edit(sent.headers[header].value)
        case 5:
            guard let header else { return nil }
            result.headers[header].name = edit(sent.headers[header].name)
        case 6:
            guard let header else { return nil }
            result.headers.remove(at: header)
        case 7: result.headers.append((["x-amz-acl", "X-Amz-Meta-New", "x-amz-date"][Int(random.next() % 3)], "1"))
        default:
            guard let position = sent.url.lastIndex(of: "=") else { return nil }
            // The last parameter: for a presigned URL its signature.
            result.url = String(sent.url[...position]) + edit(String(sent.url[position...].dropFirst()))
        }
        return result
    }

    /// What was wrongly accepted, if anything was.
    private static func stranger(
        to signer: RandomRequests.Signer,
        _ sent: RandomRequests.Sent,
        _ random: inout SeededGenerator
    ) throws -> String? {
        let request = try ReceivedRequest(sent)
        let now = signer.time.unixSeconds
        func credentials(_ id: String, _ secret: String, _ token: String?) throws -> SigningCredentials {
            try SigningCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
        }
        let id = signer.credentials.accessKeyID
        let others = try [
            credentials(id, signer.secret + "x", signer.token), credentials(id + "x", signer.secret, signer.token),
            credentials(id, signer.secret, (signer.token ?? "") + "x"),
        ]
        for other in others where SignatureVerifier(credentials: other).verify(request, now: now).isValid {
            return "valid for another credential"
        }
        let region = SignatureVerifier(credentials: signer.credentials, region: "other-1")
        if region.verify(request, now: now).isValid { return "valid for another region" }
        let service = SignatureVerifier(credentials: signer.credentials, service: "sts")
        if service.verify(request, now: now).isValid { return "valid for another service" }
        let verifier = SignatureVerifier(credentials: signer.credentials)
        let end = verifier.verify(request, now: now).end
        let times = [end, end + Int64.random(in: 0...1 << 40, using: &random), now - 901]
        for time in times where verifier.verify(request, now: time).isValid { return "valid at \(time)" }
        return verifier.verify(request, now: end - 1).isValid ? nil : "not valid to its end"
    }
}

extension ReceivedRequest {
    fileprivate init(_ sent: RandomRequests.Sent) throws(SigningError) {
        try self.init(method: sent.method, url: sent.url, headers: sent.headers)
    }
}
