// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `signet-bench soak` in short: the ledger balances though parts die.
@Suite(.takingTurns, .timeLimit(.minutes(5))) struct SoakBenchTests {
    private struct Line: Decodable {
        let accepted: Int
        let done: Int
        let failed: Int
        let expired: Int
        let dead: Int
        let lost: Int
        let contradictions: Int
        let unseen: Int
        let faults: [String: Int]
    }

    private static func run(_ faults: String) async throws -> (line: Line?, errors: String, isSuccess: Bool) {
        let bench = try ProductExecutables.product("signet-bench")
        var arguments = ["soak", "--json", "--minutes", "0.25", "--faults", faults]
        if let servers = ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] {
            arguments += ["--bootstrap-servers", servers]
        }
        let (status, output, errors) = try await runToEnd(bench.path, arguments)
        return (
            try? JSONDecoder().decode(Line.self, from: output), String(decoding: errors, as: UTF8.self),
            status.isSuccess
        )
    }

    @Test func everyAcceptedJobEndsOnceThoughPartsDie() async throws {
        let (line, errors, isSuccess) = try await Self.run("poison,worker-kill,expired,gateway-kill")
        #expect(isSuccess, "\(errors)")
        let found = try #require(line)
        #expect(found.accepted == found.done + found.failed + found.expired + found.dead)
        #expect(found.lost == 0 && found.contradictions == 0 && found.unseen == 0)
        #expect(found.done > 500)
        #expect(try #require(found.faults["worker-kill"]) >= 1)
        // Four that are no jobs, and one of a version that nobody knows, each time.
        let poison = try #require(found.faults["poison"])
        #expect(found.dead == 4 * poison && found.failed == poison)
        #expect(found.expired == 20 * (found.faults["expired"] ?? 0))
    }

    @Test func faultThatDoesNotExistIsRefusedWithThoseThatDo() async throws {
        let (line, errors, isSuccess) = try await Self.run("meteor")
        #expect(!isSuccess && line == nil)
        #expect(errors.contains("there is no fault meteor") && errors.contains("worker-kill"))
    }
}
