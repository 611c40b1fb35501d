// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// Where the items of one batch come from: lines as they arrive, the array of a JSON body, or a batch that was sent before.
///
/// Its methods that read are called by one task at a time. ``cutIfAny()`` may be called beside them.
final class BatchSource: Sendable {
    private enum Origin {
        case lines(BodyReader)
        case items([JSONValue])
        case stored(StoredChunks)
    }

    /// What all items have in common, where it comes with them.
    let defaults: [String: JSONValue]
    private let origin: Origin
    private let input: Mutex<BatchInput>

    init(items: [JSONValue], defaults: [String: JSONValue], kind: BatchTemplate.Kind) {
        self.defaults = defaults
        origin = .items(items)
        input = Mutex(BatchInput(kind: kind))
    }

    init(stored chunks: StoredChunks) {
        defaults = [:]
        origin = .stored(chunks)
        input = Mutex(BatchInput(kind: .s3))
    }

    /// Reads the first line, which holds the defaults.
    ///
    /// - Throws: A problem if it does not, or if nothing follows.
    init(lines body: RequestBody, kind: BatchTemplate.Kind) async throws {
        let reader = BodyReader(body)
        var splitter = LineSplitter()
        var first: [UInt8]?
        while first == nil {
            guard let buffer = try await reader.next() else {
                if case .joined(let text)? = splitter.finish() { first = text }
                break
            }
            try buffer.withUnsafeReadableBytes { bytes in
                var position = 0
                switch splitter.next(in: bytes, from: &position) {
                case .whole(let range)?: first = Array(bytes[range])
                case .joined(let text)?: first = text
                case .tooLong?:
                    throw Problem(
                        .malformed,
                        "the first line is longer than \(LineSplitter.maximumLength) bytes; it holds the defaults"
                    )
                case nil: break
                }
                reader.putBack(buffer, from: position)
            }
        }
        guard let first, !first.isEmpty else {
            throw Problem(.malformed, "the body is empty; send {\"defaults\": {…}}, then an item a line")
        }
        defaults = try BatchRequest.defaults(ofLine: first)
        origin = .lines(reader)
        input = Mutex(BatchInput(kind: kind, behind: splitter))
    }

    /// Reads items until they make a full chunk, or, if `isPatient` does not hold, until some have come.
    ///
    /// - Returns: `nil` at the end of the items.
    func next(isPatient: () -> Bool) async throws -> ChunkDraft? {
        switch origin {
        case .stored(let chunks): return try await chunks.next()
        case .items(let items):
            return input.withLock { input in
                for item in items[input.taken...] {
                    if let chunk = input.take(item) { return chunk }
                }
                return input.cut()
            }
        case .lines(let reader):
            while let buffer = try await reader.next() {
                var position = 0
                if let chunk = input.withLock({ $0.take(buffer, from: &position) }) {
                    reader.putBack(buffer, from: position)
                    return chunk
                }
                if !isPatient(), let chunk = cutIfAny() { return chunk }
            }
            return input.withLock { input in
                input.takeRest()
                return input.cut()
            }
        }
    }

    /// The items that have come and are in no chunk yet.
    func cutIfAny() -> ChunkDraft? {
        input.withLock { $0.cut() }
    }

    /// Items that were asked for and do not exist, when all chunks have come.
    var unknownIDs: [String] {
        get async {
            if case .stored(let chunks) = origin { await chunks.unknownIDs } else { [] }
        }
    }

    /// Passes over what is left, so that a client that sends all before it reads comes to read.
    func discard() async throws {
        guard case .lines(let reader) = origin else { return }
        while try await reader.next() != nil {}
    }
}

/// The body of a request as one reader after the other reads it.
///
/// Unchecked: an iterator of the framework cannot be sent to another task, though here it is used by one task at a time:
/// by the route up to the first chunk, and then by the task that reads on.
private final class BodyReader: @unchecked Sendable {
    private var iterator: RequestBody.AsyncIterator
    private var rest: ByteBuffer?

    init(_ body: RequestBody) {
        iterator = body.makeAsyncIterator()
    }

    func next() async throws -> ByteBuffer? {
        if let rest {
            self.rest = nil
            return rest
        }
        return try await iterator.next()
    }

    /// Gives back what was not taken of a buffer.
    func putBack(_ buffer: ByteBuffer, from position: Int) {
        var buffer = buffer
        buffer.moveReaderIndex(forwardBy: min(position, buffer.readableBytes))
        rest = buffer.readableBytes > 0 ? buffer : nil
    }
}
