// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import NIOCore

/// Makes chunks of the lines of a batch, or of the items of a JSON body: a value that is given bytes and gives chunks.
struct BatchInput: Sendable {
    private var splitter: LineSplitter
    private var draft: ChunkDraft
    /// Items taken of a JSON body.
    private(set) var taken = 0

    /// - Parameter splitter: Has given the lines before the items.
    init(kind: BatchTemplate.Kind, behind splitter: LineSplitter = LineSplitter()) {
        draft = ChunkDraft(kind)
        self.splitter = splitter
    }

    /// Takes lines.
    ///
    /// - Parameter position: Where to go on in the buffer's readable bytes; moved behind what was taken.
    /// - Returns: A chunk that is full, with more to take; `nil`: all has been taken.
    mutating func take(_ buffer: ByteBuffer, from position: inout Int) -> ChunkDraft? {
        buffer.withUnsafeReadableBytes { bytes in
            while let line = splitter.next(in: bytes, from: &position) {
                switch line {
                case .whole(let range): append(UnsafeRawBufferPointer(rebasing: bytes[range]))
                case .joined(let text): text.withUnsafeBytes { append($0) }
                case .tooLong: refuseLong()
                }
                if draft.isFull { return cut() }
            }
            return nil
        }
    }

    /// Takes an item of a JSON body.
    ///
    /// - Returns: A chunk that is full with it.
    mutating func take(_ value: JSONValue) -> ChunkDraft? {
        append(value, at: taken)
        taken += 1
        return draft.isFull ? cut() : nil
    }

    /// Takes the last line if it has no end.
    mutating func takeRest() {
        switch splitter.finish() {
        case .joined(let text)?: text.withUnsafeBytes { append($0) }
        case .tooLong?: refuseLong()
        case .whole?, nil: break
        }
    }

    /// The chunk as it is; `nil` if it is empty.
    mutating func cut() -> ChunkDraft? {
        guard !draft.isEmpty else { return nil }
        defer { draft = draft.next }
        return draft
    }

    private mutating func append(_ line: UnsafeRawBufferPointer) {
        if let item = PlainItemScanner.scan(line) {
            let id = UnsafeRawBufferPointer(rebasing: line[item.id])
            let key = UnsafeRawBufferPointer(rebasing: line[item.key])
            return draft.append(plain: id, key, at: splitter.number)
        }
        // Empty lines mean nothing.
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
        do throws(FailureError) {
            append(try JSONParser.parse(Array(line)), at: splitter.number)
        } catch {
            draft.refuse(at: splitter.number, error)
        }
    }

    private mutating func append(_ value: JSONValue, at number: Int) {
        guard case .object(let members) = value else {
            return draft.refuse(
                at: number,
                FailureError(.malformed, message: "an item must be an object, but this is \(value.kind)")
            )
        }
        draft.append(FieldReader(members), at: number)
    }

    private mutating func refuseLong() {
        draft.refuse(
            at: splitter.number,
            FailureError(.malformed, message: "the line is longer than \(LineSplitter.maximumLength) bytes")
        )
    }
}
