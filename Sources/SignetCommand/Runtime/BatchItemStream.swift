// SPDX-License-Identifier: Apache-2.0

internal import GatewayClient
internal import NIOCore

/// The body of a batch: its defaults, then the lines of a file as items.
struct BatchItemStream: AsyncSequence, Sendable {
    let head: ByteBuffer
    let input: InputFile

    struct AsyncIterator: AsyncIteratorProtocol {
        var head: ByteBuffer?
        let input: InputFile
        var lines = ItemLines()
        var isAtEnd = false

        mutating func next() async throws -> ByteBuffer? {
            if let head {
                self.head = nil
                return head
            }
            while !isAtEnd {
                guard let piece = try await input.next() else {
                    isAtEnd = true
                    return try lines.finish()
                }
                let ready = try lines.add(piece)
                if ready.readableBytes > 0 { return ready }
            }
            return nil
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(head: head, input: input) }
}

extension CommandError {
    init(_ error: ItemLines.NotText, in file: String) {
        self.init("line \(error.line) of \(file) is no UTF-8; write keys as UTF-8, or items as JSON")
    }
}
