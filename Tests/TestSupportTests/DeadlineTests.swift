// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite struct DeadlineTests {
    @Test func handsOnWhatTheOperationReturns() async throws {
        #expect(try await withDeadline { 7 } == 7)
    }

    @Test func handsOnWhatTheOperationThrows() async {
        await #expect(throws: TestSupportError.self) {
            try await withDeadline { throw TestSupportError("no") }
        }
    }

    @Test func failsWhenTheSignalNeverComes() async {
        let (never, signal) = AsyncStream.makeStream(of: Int.self)
        let error = await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(10), for: "a number") {
                for await number in never { return number }
                throw CancellationError()
            }
        }
        #expect(error?.description.contains("a number") == true)
        signal.finish()
    }

    @Test func leavesAnOperationBehindThatDoesNotHeedItsCancellation() async {
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(10)) {
                await withCheckedContinuation { (never: CheckedContinuation<Void, Never>) in
                    // It resumes only when the deadline has passed.
                    Task {
                        for await _ in ended {}
                        never.resume()
                    }
                }
            }
        }
        end.finish()
    }

    @Test func endsWithTheTaskThatWaits() async {
        let (never, signal) = AsyncStream.makeStream(of: Void.self)
        let waiting = Task {
            try await withDeadline {
                for await _ in never {}
            }
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        signal.finish()
    }
}
