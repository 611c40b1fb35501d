// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Contract
internal import Gateway
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import SignetKafka

/// What the demo does, against the public faces of the platform only: HTTP and topics.
struct DemoScenario: Sendable {
    let platform: LocalPlatform
    let topics: TopicNames
    let requests: Int
    let batch: Int
    let logger: Logger

    func run() async throws {
        let url = "http://127.0.0.1:\(try await platform.gateway.ready())"
        Console.print("gateway \(url), broker \(platform.broker.bootstrapServers)\n")
        Console.print(ExampleRequest.curl(url: url))
        // The first answer also waits for the worker to join its group.
        Console.print("→ \(try await post(url, prefer: "wait=30"))\n")

        let latencies = try await measure(url)
        let (median, high) = (Self.percentile(50, of: latencies), Self.percentile(95, of: latencies))
        Console.print("round trips  \(requests) requests one after the other: p50 \(median), p95 \(high)")

        let run = try await BatchRun(broker: platform.broker, topics: topics, count: batch, logger: logger).run()
        Console.print(
            "batch        \(run.urls.count) URLs through Kafka in \(Self.text(run.time)): "
                + "\(Int(Double(run.urls.count) / (run.time / .seconds(1)))) URLs/s"
        )
        Console.print("             first: \(run.urls.first ?? "")\n")
        for event in run.events { Console.print("event        \(event)") }
    }

    private func measure(_ url: String) async throws -> [Duration] {
        var latencies: [Duration] = []
        let clock = ContinuousClock()
        for _ in 0..<requests {
            latencies.append(try await clock.measure { _ = try await post(url, prefer: nil) })
        }
        return latencies.sorted()
    }

    private func post(_ url: String, prefer: String?) async throws -> String {
        var request = HTTPClientRequest(url: url + ExampleRequest.path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        if let prefer { request.headers.add(name: "prefer", value: prefer) }
        request.body = .bytes(Array(ExampleRequest.body.utf8))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(40))
        let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
        guard response.status == .ok else {
            throw CommandError("the gateway answered \(response.status.code): \(body)")
        }
        return body
    }

    private static func percentile(_ percent: Int, of sorted: [Duration]) -> String {
        sorted.isEmpty ? "–" : text(sorted[min(sorted.count - 1, sorted.count * percent / 100)])
    }

    private static func text(_ duration: Duration) -> String {
        let tenths = Int((duration / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
