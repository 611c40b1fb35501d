// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client that makes items as fast as they are taken, and throws results away.
struct BatchClient: Sendable {
    let url: String

    /// Items of one write.
    private static let writeItems = 2_000
    private static let defaults = #"{"defaults":{"s3Bucket":"bench-bucket","s3Region":"eu-central-1"}}"# + "\n"

    /// Makes the lines of a batch when they are asked for.
    private struct Lines: AsyncSequence, Sendable {
        let count: Int

        struct AsyncIterator: AsyncIteratorProtocol {
            let count: Int
            var next = 0
            var isBegun = false

            mutating func next() async -> ByteBuffer? {
                guard isBegun else {
                    isBegun = true
                    return ByteBuffer(string: BatchClient.defaults)
                }
                guard next < count else { return nil }
                var buffer = ByteBuffer()
                buffer.reserveCapacity(BatchClient.writeItems * 64)
                for number in next..<Swift.min(next + BatchClient.writeItems, count) {
                    buffer.writeStaticString(#"{"id":""#)
                    buffer.writeString(String(number))
                    buffer.writeStaticString(#"","key":"photos/2026/11/img-"#)
                    buffer.writeString(String(10_000_000 + number))
                    buffer.writeStaticString(".jpg\"}\n")
                }
                next += BatchClient.writeItems
                return buffer
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(count: count) }
    }

    /// Asks for a batch.
    ///
    /// - Returns: Seconds until the first bytes of the answer and until all have come.
    /// - Throws: If any line is missing.
    func run(items: Int) async throws -> (first: Double, total: Double) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-ndjson")
        request.body = .stream(Lines(count: items), length: .unknown)
        let clock = ContinuousClock()
        let start = clock.now
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(3_600))
        guard response.status == .ok else {
            throw BenchError(description: "the gateway answered \(response.status.code)")
        }
        var first: Duration?
        var lines = 0
        var end = ByteBuffer()
        for try await part in response.body {
            first = first ?? clock.now - start
            lines += part.readableBytesView.count { $0 == UInt8(ascii: "\n") }
            end = part
        }
        let total = clock.now - start
        // Beside the items: the summary, and what is common, once for each second.
        let summary = String(decoding: end.readableBytesView.suffix(400), as: UTF8.self)
        guard lines > items, summary.contains("\"signed\":\(items),") else {
            throw BenchError(description: "of \(items) items not all were signed: \(summary)")
        }
        return ((first ?? total).inSeconds, total.inSeconds)
    }
}
