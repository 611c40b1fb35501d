// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What `signet-bench pipeline` tells programs: each row ran, against the worker and against the echo. Its times are
/// not looked at here.
@Suite(.takingTurnsBusy, .timeLimit(.minutes(3))) struct PipelineBenchTests {
    private static func run(_ row: String) async throws -> [String: any Sendable] {
        let bench = try ProductExecutables.product("signet-bench")
        var arguments = ["pipeline", "--json", "--jobs", "5000", "--rounds", "2", "--only", row]
        if let servers = ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] {
            arguments += ["--bootstrap-servers", servers]
        }
        let (status, output, errors) = try await runToEnd(bench.path, arguments)
        #expect(status.isSuccess, "\(String(decoding: errors, as: UTF8.self))")
        let lines = output.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        return try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: any Sendable])
    }

    @Test(arguments: ["one-url", "batch-500", "sealed"])
    func rowOfJobsHasItsRatioToTheEcho(row: String) async throws {
        let line = try await Self.run(row)
        #expect(line["name"] as? String == row)
        for figure in ["jobs_per_s", "echo_per_s", "ratio", "urls_per_s", "cpu_us_per_job", "p50_ms", "p99_ms"] {
            #expect(try #require(line[figure] as? Double) > 0, "\(figure)")
        }
    }

    @Test func rowOfRequestsHasItsRatioToKafka() async throws {
        let line = try await Self.run("http-sync")
        for figure in ["p50_ms", "kafka_p50_ms", "ratio", "busy_p95_ms", "busy_ratio", "busy_requests"] {
            #expect(try #require(line[figure] as? Double) > 0, "\(figure)")
        }
    }
}
