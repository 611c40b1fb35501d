// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What `signet-bench batch` tells programs: each size ran to its last line. Its times are not looked at here.
@Suite(.takingTurnsBusy, .timeLimit(.minutes(3))) struct BatchBenchTests {
    /// Items; ten million as well with `SIGNET_TEST_LONG=1`.
    private static let sizes =
        ProcessInfo.processInfo.environment["SIGNET_TEST_LONG"] == "1" ? [20_000, 10_000_000] : [20_000]

    @Test(arguments: sizes)
    func everySizeHasItsFiguresAndTheGatewayHoldsNoMoreForMore(size: Int) async throws {
        let bench = try ProductExecutables.product("signet-bench")
        var arguments = ["batch", "--json", "--items", "100,\(size)", "--rounds", "1"]
        if let servers = ProcessInfo.processInfo.environment["SIGNET_TEST_KAFKA"] {
            arguments += ["--bootstrap-servers", servers]
        }
        let (status, output, errors) = try await runToEnd(bench.path, arguments)
        #expect(status.isSuccess, "\(String(decoding: errors, as: UTF8.self))")
        let lines = try output.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: any Sendable])
        }
        #expect(lines.map { $0["items"] as? Int } == [100, size])
        for line in lines {
            #expect(line["name"] as? String == "ndjson")
            for figure in ["urls_per_s", "first_ms", "gateway_rss_mb"] {
                #expect(try #require(line[figure] as? Double) > 0, "\(figure)")
            }
            #expect(try #require(line["gateway_rss_mb"] as? Double) < 200)
            let processor = try #require(line["cpu_us_per_url"] as? [String: Double])
            #expect(Set(processor.keys) == ["client", "gateway", "worker", "broker"])
        }
        #expect(try #require(lines.first?["refresh_urls_per_s"] as? Double) > 0)
        let single = try #require(lines.last?["single"] as? [String: Double])
        #expect(try #require(single["ratio"]) > 0)
    }
}
