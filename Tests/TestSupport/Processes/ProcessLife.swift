// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A started process until its end: the threads that read and wait, and signals that never meet a stranger.
final class ProcessLife: Sendable {
    private enum State {
        case running
        case ended(ChildProcess.ExitStatus)
    }

    private final class End: Sendable {
        let state = Mutex((State.running, waiting: [AsyncStream<ChildProcess.ExitStatus>.Continuation]()))
    }

    let processID: Int32
    private let end = End()

    init(_ launch: ProcessLaunch, name: String, stdout: ProcessOutput, stderr: ProcessOutput) throws {
        // The kernel ties the signal at the parent's end to the *thread* that started the child. So the thread that
        // starts it also waits for it; threads of a pool come and go, and the child would go with them.
        let started = Handover<Result<Int32, any Error>>()
        let end = self.end
        Thread.detachNewThread {
            let child: ProcessLaunch.Started
            do {
                child = try launch.start()
            } catch {
                return started.give(.failure(error))
            }
            Self.read(child.stdout, into: stdout)
            Self.read(child.stderr, into: stderr)
            started.give(.success(child.processID))
            Self.awaitEnd(of: child.processID, end)
        }
        processID = try started.take().get()
    }

    /// Sends a signal to the process and its own children; once it has ended, to nobody.
    func send(_ signal: Int32) {
        end.state.withLock { state in
            // The process is not reaped while the lock is held: its number is still its own.
            guard case .running = state.0 else { return }
            _ = Foundation.kill(signal == SIGKILL ? -processID : processID, signal)
        }
    }

    func exitStatus() async throws -> ChildProcess.ExitStatus {
        let ended = AsyncStream<ChildProcess.ExitStatus> { continuation in
            end.state.withLock { state in
                switch state.0 {
                case .running:
                    state.waiting.append(continuation)
                case .ended(let status):
                    continuation.yield(status)
                    continuation.finish()
                }
            }
        }
        for await status in ended {
            return status
        }
        throw CancellationError()
    }

    private static func awaitEnd(of processID: Int32, _ end: End) {
        // Sees the end, but leaves the process to be reaped under the lock.
        var information = siginfo_t()
        while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiting) = end.state.withLock { state in
            // What it started and left behind goes as well: its group is still its own.
            _ = Foundation.kill(-processID, SIGKILL)
            var raw: Int32 = 0
            while waitpid(processID, &raw, 0) < 0, errno == EINTR {}
            let signal = raw & 0x7f
            let status: ChildProcess.ExitStatus =
                signal == 0 ? .exited(code: (raw >> 8) & 0xff) : .signalled(signal)
            let waiting = state.waiting
            state = (.ended(status), [])
            return (status, waiting)
        }
        for continuation in waiting {
            continuation.yield(status)
            continuation.finish()
        }
    }

    private static func read(_ descriptor: Int32, into output: ProcessOutput) {
        Thread.detachNewThread {
            withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
                while true {
                    let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                    if count > 0 {
                        output.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    } else if count == 0 || errno != EINTR {
                        break
                    }
                }
            }
            close(descriptor)
            output.end()
        }
    }
}

/// Hands one value from a thread to the one that waits for it.
private final class Handover<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ value: Value) {
        self.value.withLock { $0 = value }
        given.signal()
    }

    func take() throws -> Value {
        given.wait()
        guard let value = value.withLock({ $0 }) else { throw TestSupportError("nothing was handed over") }
        return value
    }
}
