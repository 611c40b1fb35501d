// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client that makes items as fast as they are taken, and throws results away.
struct BatchClient: Sendable {
    /// `http://HOST:PORT` of the gateway.
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

    /// What came of a batch.
    struct Outcome {
        /// Seconds until the first bytes of the answer, and until all have come.
        let first: Double
        let total: Double
        /// The end of the answer, with the summary.
        let end: String

        var refreshToken: String? {
            end.firstMatch(of: /"refreshToken":"([^"]+)"/).map { String($0.1) }
        }
    }

    /// Bytes of the end of an answer that are looked at: more than a summary has.
    private static let endLength = 1 << 20

    /// Asks for a batch.
    ///
    /// - Throws: If any line is missing.
    func run(items: Int) async throws -> Outcome {
        var request = HTTPClientRequest(url: url + "/api/v1/batch/s3/signed-urls")
        request.headers.add(name: "content-type", value: "application/x-ndjson")
        request.body = .stream(Lines(count: items), length: .unknown)
        return try await send(request, items: items)
    }

    /// Has a batch signed again.
    ///
    /// - Throws: If any line is missing.
    func refresh(_ token: String, items: Int) async throws -> Outcome {
        var request = HTTPClientRequest(url: url + "/api/v1/batch/refresh")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"refreshToken":"\#(token)"}"#))
        return try await send(request, items: items)
    }

    private func send(_ request: HTTPClientRequest, items: Int) async throws -> Outcome {
        var request = request
        request.method = .POST
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
            end.writeImmutableBuffer(part)
            if end.readableBytes > 2 * Self.endLength {
                end.moveReaderIndex(to: end.writerIndex - Self.endLength)
                end.discardReadBytes()
            }
        }
        let total = clock.now - start
        // Beside the items: the summary, and what is common, once for each second.
        let text = String(buffer: end)
        let summary = text.split(separator: "\n").last.map(String.init) ?? ""
        guard lines > items, summary.contains("\"signed\":\(items),") else {
            throw BenchError(description: "of \(items) items not all were signed: \(lines) lines came")
        }
        return Outcome(first: (first ?? total).inSeconds, total: total.inSeconds, end: summary)
    }
}
