// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
package import NIOCore

/// The results of a batch as they come: whole lines of NDJSON, many at a time.
package struct BatchResults: AsyncSequence, Sendable {
    package typealias Element = Lines

    /// Some whole lines.
    package struct Lines: Sendable {
        /// With the ends of lines.
        package let bytes: ByteBuffer

        package init(bytes: ByteBuffer) {
            self.bytes = bytes
        }

        /// Calls the body for each line, without its end.
        package func forEach(_ body: (BatchLine) -> Void) {
            bytes.withUnsafeReadableBytes { bytes in
                for line in bytes.split(separator: UInt8(ascii: "\n")) {
                    body(BatchLine(bytes: UnsafeRawBufferPointer(rebasing: line)))
                }
            }
        }
    }

    let body: HTTPClientResponse.Body

    package struct AsyncIterator: AsyncIteratorProtocol {
        var body: HTTPClientResponse.Body.AsyncIterator
        var rest = ByteBuffer()

        /// - Throws: `interrupted` where the connection broke.
        package mutating func next() async throws -> Lines? {
            do {
                while let part = try await body.next() {
                    rest.writeImmutableBuffer(part)
                    guard let end = rest.readableBytesView.lastIndex(of: UInt8(ascii: "\n")) else { continue }
                    guard let lines = rest.readSlice(length: end - rest.readerIndex + 1) else { continue }
                    rest.discardReadBytes()
                    return Lines(bytes: lines)
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                throw GatewayClientError(
                    .interrupted,
                    isRetriable: true,
                    message: "the answer broke off; the results that came are good, ask for the rest again"
                )
            }
            return nil
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body: body.makeAsyncIterator())
    }
}

/// One line of the results of a batch.
package struct BatchLine {
    package enum Kind: Sendable, Equatable {
        case signed
        case failed
        /// What items have in common.
        case shared
        /// The last line.
        case summary
        /// Why the batch ended before its time.
        case problem
        case other
    }

    package let bytes: UnsafeRawBufferPointer

    package init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    package var kind: Kind {
        // Members stand in this order; a quotation mark within a value is escaped, so nothing else looks like it.
        if starts(with: #"{"type":"item""#) {
            return contains(#","status":"signed""#) ? .signed : .failed
        }
        if starts(with: #"{"type":"shared""#) { return .shared }
        if starts(with: #"{"type":"summary""#) { return .summary }
        return starts(with: #"{"type":"problem""#) ? .problem : .other
    }

    /// The URL of a signed item; URLs hold nothing that JSON escapes.
    package var url: Slice<UnsafeRawBufferPointer>? {
        guard let start = position(behind: #","url":""#),
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\""))
        else { return nil }
        return bytes[start..<end]
    }

    /// What a summary or a problem says.
    package func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    private func starts(with text: StaticString) -> Bool {
        matches(text, at: 0)
    }

    private func contains(_ text: StaticString) -> Bool { position(behind: text) != nil }

    private func position(behind text: StaticString) -> Int? {
        var position = 0
        while let next = bytes[position...].firstIndex(of: text.utf8Start[0]) {
            if matches(text, at: next) { return next + text.utf8CodeUnitCount }
            position = next + 1
        }
        return nil
    }

    private func matches(_ text: StaticString, at position: Int) -> Bool {
        guard let base = bytes.baseAddress, bytes.count - position >= text.utf8CodeUnitCount else { return false }
        return memcmp(base + position, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}
