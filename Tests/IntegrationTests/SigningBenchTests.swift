// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What `signet-bench signing` tells programs. Its times are not looked at here; its counts are.
@Suite(.takingTurnsBusy, .timeLimit(.minutes(2))) struct SigningBenchTests {
    private struct Line: Decodable {
        let name: String
        let ns: Double
        let limit: Double
        let ratio: Double
        let allocations: Double?

        enum CodingKeys: String, CodingKey {
            case name, ns
            case limit = "limit_ns"
            case ratio
            case allocations = "allocations_per_url"
        }
    }

    private static func run(_ workload: String) async throws -> [String: Line] {
        let bench = try ProductExecutables.product("signet-bench")
        let (status, output, errors) = try await runToEnd(
            bench.path,
            ["signing", "--json", "--seconds", "1", "--only", workload]
        )
        #expect(status.isSuccess, "\(String(decoding: errors, as: UTF8.self))")
        let lines = try output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Line.self, from: $0)
        }
        #expect(Set(lines.map(\.name)).count == lines.count)
        for line in lines { #expect(line.ns > 0 && line.limit > 0 && line.ratio > 0) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0) })
    }

    @Test func aURLCostsNoMoreMemoryThanItself() async throws {
        let lines = try await Self.run("w1")
        let buffer = try #require(lines["w1"])
        let string = try #require(lines["w1-string"])
        let batch = try #require(lines["w1-batch"])
        #expect(buffer.allocations == 0)
        #expect(string.allocations == 1)
        #expect(try #require(batch.allocations) < 0.05)
    }

    @Test(arguments: ["cloudfront-rsa", "cloudfront-ecdsa"])
    func everyAlgorithmHasItsLine(name: String) async throws {
        #expect(try await Self.run(name)[name] != nil)
    }
}
