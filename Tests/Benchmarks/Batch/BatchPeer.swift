// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The peer of batches: a Python service that signs a list of keys with boto3.
enum BatchPeer {
    private static let keys = 1_000

    /// - Returns: URLs a second, by as many requests at a time as it has processes.
    static func measure(seconds: Double) async throws -> Double {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Peers")
        let python = try PeerProcess.environment(for: folder.appending(path: "requirements.txt"))
        let service = try BenchProcess(
            python,
            [folder.appending(path: "batch_service.py").path],
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ],
            readyWhen: "ready "
        )
        let url = service.ready.dropFirst("ready ".count) + "/sign"
        defer { service.kill() }
        let keys = (0..<keys).map { "\"photos/2026/11/img-\(10_000_000 + $0).jpg\"" }.joined(separator: ",")
        let body = Data(#"{"bucket":"bench-bucket","keys":[\#(keys)]}"#.utf8)
        @Sendable func ask() async throws {
            var request = HTTPClientRequest(url: String(url))
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(body)
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            let answer = try await response.body.collect(upTo: 1 << 24)
            guard response.status == .ok, answer.readableBytes > Self.keys * 200 else {
                throw BenchError(description: "the peer answered \(response.status.code)")
            }
        }
        let clock = ContinuousClock()
        // Both processes have made their clients then.
        for _ in 0..<10 { try await ask() }
        let start = clock.now
        let requests = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var count = 0
                    while (clock.now - start).inSeconds < seconds {
                        try await ask()
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(requests * Self.keys) / (clock.now - start).inSeconds
    }
}
