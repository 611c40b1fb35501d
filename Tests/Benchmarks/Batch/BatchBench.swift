// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Contract
import Foundation
import NIOCore
import NIOHTTP1
import SignetKafka

/// `signet-bench batch`: batches of URLs over HTTP, with broker, gateway and worker in processes of their own.
struct BatchBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Batches of URLs over HTTP as NDJSON, from the first byte sent to the last one read.",
        discussion: """
            The client is this process: it makes items as fast as they are taken, and looks at results only to count their
            lines. Every size is asked for in each round, and those up to 100000 are refreshed by their tokens. Beside the
            largest one, single requests are sent at 100 a second, and before it, with nothing else to do. With --peer, a Python
            service of the usual kind (FastAPI, boto3, two processes of uvicorn) signs the same keys in requests of 1000.
            """
    )

    @Option(help: "Items of a batch, comma-separated, in ascending order.")
    var items = "1000,10000,100000,1000000"

    @Option(help: "Rounds.")
    var rounds = 5

    @Option(help: "A broker, host:port; topics of the run's own are made there and removed.")
    var bootstrapServers: String?

    @Flag(help: "Measure the peer, too; it is installed from PyPI at first.")
    var peer = false

    @Flag(help: "Print JSON, a line for each size.")
    var json = false

    /// Items of the largest batch that is refreshed: the embedded broker keeps no more chunks.
    private static let largestRefresh = 100_000

    private func sizes() throws -> [Int] {
        let sizes = items.split(separator: ",").compactMap { Int($0) }
        guard !sizes.isEmpty, sizes == sizes.sorted(), sizes.allSatisfy({ (1...100_000_000).contains($0) }) else {
            throw ValidationError("--items are numbers of 1 to 100000000 in ascending order")
        }
        return sizes
    }

    func validate() throws {
        _ = try sizes()
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds is 1 to 100") }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let platform = try await BatchPlatform(bootstrapServers, folder: folder)
        let client = BatchClient(url: platform.url)
        // Connections, and what is compiled once for all batches alike.
        _ = try await client.run(items: 1_000)
        var report = BatchReport(processor: Machine.processor, broker: platform.brokerName, rounds: rounds)
        let sizes = try sizes()
        for size in sizes {
            var runs: [BatchReport.Run] = []
            for _ in 0..<rounds { runs.append(try await measure(size, client, platform)) }
            report.rows.append(BatchReport.Row(items: size, runs: runs, gatewayMemory: platform.gateway.peakMemory))
        }
        report.requests = try await requests(beside: sizes[sizes.count - 1], client, platform)
        try await platform.close()
        if peer { report.peer = try await BatchPeer.measure(seconds: 10) }
        try Figures.print(report.lines, text: report.text, asJSON: json)
    }

    private func measure(
        _ size: Int,
        _ client: BatchClient,
        _ platform: BatchPlatform
    ) async throws -> BatchReport.Run {
        let before = platform.processorTimes
        let own = Machine.processorTime
        let times = try await client.run(items: size)
        let after = platform.processorTimes
        let spent = Machine.processorTime - own
        func each(_ seconds: Double) -> Double { seconds * 1e6 / Double(size) }
        var refresh: Double?
        if size <= Self.largestRefresh, let token = times.refreshToken {
            refresh = try await client.refresh(token, items: size).total
        }
        return BatchReport.Run(
            seconds: times.total,
            first: times.first,
            refresh: refresh,
            client: each(spent),
            gateway: each(after.gateway - before.gateway),
            worker: each(after.worker - before.worker),
            broker: each(after.broker - before.broker)
        )
    }

    /// Milliseconds of single requests, alone and beside a batch.
    private func requests(
        beside size: Int,
        _ client: BatchClient,
        _ platform: BatchPlatform
    ) async throws -> BatchReport.Requests {
        let request = SingleRequest(url: platform.url + "/api/v1/download/s3/signed-url")
        let alone = try await Pace.run(count: 300, every: RoundTrips.interval) { _ in try await request.send() }
        var beside: [Double] = []
        while beside.count < 300 {
            let isDone = Signal()
            async let times = Pace.run(count: 100_000, every: RoundTrips.interval, while: { !isDone.isSet }) { _ in
                try await request.send()
            }
            _ = try await client.run(items: size)
            isDone.set()
            beside += try await times
        }
        return BatchReport.Requests(alone: alone, beside: beside)
    }
}

/// A request for one URL.
private struct SingleRequest: Sendable {
    let url: String

    func send() async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(Data(#"{"s3Bucket":"bench-bucket","s3Region":"eu-central-1","key":"a.jpg"}"#.utf8))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .ok else {
            throw BenchError(description: "the gateway answered \(response.status.code)")
        }
    }
}
