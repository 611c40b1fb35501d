// SPDX-License-Identifier: Apache-2.0

package import Foundation
internal import NIOCore
internal import NIOPosix

/// A file that is uploaded, open as long as anybody has it.
package final class LocalFile: Sendable {
    package let path: String
    /// Bytes.
    package let size: Int64
    package let modified: Date
    private let descriptor: Int32

    /// - Throws: What is wrong with it.
    package init(path: String) throws(GatewayClientError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw GatewayClientError(
                .unreadableFile,
                message: "\(path) cannot be read: \(String(cString: strerror(errno)))"
            )
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw GatewayClientError(.unreadableFile, message: "\(path) is no regular file")
        }
        self.path = path
        size = Int64(status.st_size)
        modified = Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }

    deinit {
        close(descriptor)
    }

    /// Some of its bytes, read piece by piece as they are asked for.
    func bytes(_ range: Range<Int64>, onRead: @escaping @Sendable (Int) -> Void) -> FileBytes {
        FileBytes(file: self, range: range, onRead: onRead)
    }

    /// Reads on a thread that may wait.
    fileprivate func read(at offset: Int64, count: Int) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                max(0, pread(descriptor, bytes.baseAddress, count, off_t(offset)))
            }
            guard read > 0 else {
                throw GatewayClientError(.unreadableFile, message: "\(path) became shorter while it was uploaded")
            }
            return buffer
        }
    }
}

/// Bytes of a file in pieces.
struct FileBytes: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    fileprivate let file: LocalFile
    fileprivate let range: Range<Int64>
    fileprivate let onRead: @Sendable (Int) -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        private static let piece: Int64 = 1 << 20

        fileprivate let file: LocalFile
        fileprivate var rest: Range<Int64>
        fileprivate let onRead: @Sendable (Int) -> Void

        mutating func next() async throws -> ByteBuffer? {
            guard !rest.isEmpty else { return nil }
            let count = Int(Swift.min(Self.piece, Int64(rest.count)))
            let buffer = try await file.read(at: rest.lowerBound, count: count)
            rest = rest.lowerBound + Int64(buffer.readableBytes)..<rest.upperBound
            onRead(buffer.readableBytes)
            return buffer
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: file, rest: range, onRead: onRead) }
}
