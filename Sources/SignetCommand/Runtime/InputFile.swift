// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import NIOCore
internal import Synchronization

/// A file, or standard input, read piece by piece on a thread of its own: a pipe may be silent for long.
final class InputFile: Sendable {
    /// Bytes of a piece at most.
    private static let pieceLength = 262_144

    private let handle: FileHandle
    private let queue = DispatchQueue(label: "signet.input")
    private let read = Atomic<Int>(0)
    /// Bytes of all; `nil`: not known.
    let size: Int?

    /// - Parameter path: `-`: standard input.
    init(_ path: String) throws {
        handle = path == "-" ? .standardInput : try FileHandle(forReadingFrom: URL(filePath: path))
        var status = stat()
        let isFile = fstat(handle.fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int(status.st_size) : nil
    }

    /// - Throws: Why the file cannot be read, for people.
    convenience init(readable path: String) throws {
        do {
            try self.init(path)
        } catch {
            throw CommandError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    var bytesRead: Int { read.load(ordering: .relaxed) }

    /// The next piece; `nil` at the end.
    func next() async throws -> ByteBuffer? {
        let piece: Data? = try await withCheckedThrowingContinuation { continuation in
            queue.async { [handle] in
                continuation.resume(with: Result { try handle.read(upToCount: Self.pieceLength) })
            }
        }
        guard let piece, !piece.isEmpty else { return nil }
        read.add(piece.count, ordering: .relaxed)
        return ByteBuffer(bytes: piece)
    }
}
