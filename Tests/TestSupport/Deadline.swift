// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A signal that a test waited for never came.
package struct DeadlineExceeded: Error, CustomStringConvertible {
    package let duration: Duration
    package let awaited: String

    package var description: String {
        "waited \(duration) in vain for \(awaited)"
    }
}

/// Waits for a signal, and makes one that never comes a failure instead of a test that hangs.
///
/// Tests wait for signals, not for time. This is the one place where time passes: with `waitForPort`, below.
/// An operation that does not heed its cancellation is left behind, so that the failure is seen at once.
///
/// - Parameters:
///   - duration: Generous: it is spent only by a test that fails.
///   - awaited: What did not come, for the message.
/// - Throws: ``DeadlineExceeded``, or what the operation throws.
package func withDeadline<Result: Sendable>(
    _ duration: Duration = .seconds(60),
    for awaited: String = "the operation",
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    typealias Outcome = Swift.Result<Result, any Error>
    let (outcomes, outcome) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
    let work = Task {
        do {
            outcome.yield(.success(try await operation()))
        } catch {
            outcome.yield(.failure(error))
        }
    }
    let clock = Task {
        try await Task.sleep(for: duration)
        outcome.yield(.failure(DeadlineExceeded(duration: duration, awaited: awaited)))
    }
    defer {
        work.cancel()
        clock.cancel()
    }
    for await first in outcomes {
        return try first.get()
    }
    throw CancellationError()
}

/// Waits until something accepts connections on a port of 127.0.0.1.
///
/// The only poll of the tests: a foreign process may give no other signal of being ready. Our own processes say so,
/// and tests wait for what they say.
package func waitForPort(_ port: UInt16, within duration: Duration = .seconds(60)) async throws {
    try await withDeadline(duration, for: "port \(port) of 127.0.0.1 to open") {
        while !accepts(port) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

private func accepts(_ port: UInt16) -> Bool {
    #if canImport(Darwin)
    let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    #endif
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
