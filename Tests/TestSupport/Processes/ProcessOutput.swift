// SPDX-License-Identifier: Apache-2.0

package import Foundation
import Synchronization

/// All that a process wrote to one of its two outputs, as bytes and as lines, while it runs and after.
package final class ProcessOutput: Sendable {
    private struct State {
        var data = Data()
        var lines: [String] = []
        var lineStart = 0
        var ended = false
        var followers: [UInt64: AsyncStream<String>.Continuation] = [:]
        var nextFollower: UInt64 = 0
    }

    private let state = Mutex(State())

    /// What was written so far.
    package var data: Data {
        state.withLock { $0.data }
    }

    /// What was written so far, with U+FFFD in the place of bytes that are no UTF-8.
    package var text: String {
        String(decoding: data, as: UTF8.self)
    }

    /// Every line from the first one on, without its end; finishes when the output does. Each call begins anew.
    package var lines: AsyncStream<String> {
        AsyncStream { follower in
            state.withLock { state in
                for line in state.lines {
                    follower.yield(line)
                }
                guard !state.ended else { return follower.finish() }
                let number = state.nextFollower
                state.nextFollower += 1
                state.followers[number] = follower
                follower.onTermination = { [weak self] _ in
                    // Not under the lock: a stream that is finished below ends here as well.
                    _ = self?.state.withLock { $0.followers.removeValue(forKey: number) }
                }
            }
        }
    }

    /// Waits for the end of the output and returns all of it.
    package func complete() async throws -> Data {
        for await _ in lines {}
        try Task.checkCancellation()
        return data
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        let (fresh, followers) = state.withLock { state in
            var unseen = state.data.endIndex
            state.data.append(contentsOf: bytes)
            var fresh: [String] = []
            while let end = newline(in: state.data, from: unseen) {
                fresh.append(String(decoding: state.data[state.lineStart..<end], as: UTF8.self))
                state.lineStart = end + 1
                unseen = end + 1
            }
            state.lines += fresh
            return (fresh, Array(state.followers.values))
        }
        for follower in followers {
            for line in fresh {
                follower.yield(line)
            }
        }
    }

    private func newline(in data: Data, from start: Int) -> Int? {
        data.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    func end() {
        let (last, followers) = state.withLock { state in
            state.ended = true
            var last: String?
            if state.lineStart < state.data.endIndex {
                let line = String(decoding: state.data[state.lineStart...], as: UTF8.self)
                state.lines.append(line)
                last = line
            }
            let followers = Array(state.followers.values)
            state.followers = [:]
            return (last, followers)
        }
        for follower in followers {
            if let last {
                follower.yield(last)
            }
            follower.finish()
        }
    }
}
