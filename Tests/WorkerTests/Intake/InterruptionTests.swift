// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct InterruptionTests {
    @Test func aWaitEndsWithItsTime() async throws {
        let interruption = Interruption()
        #expect(try await withDeadline(for: "the wait") { await interruption.sleep(for: .milliseconds(1)) })
    }

    @Test func interruptionEndsEveryWait() async throws {
        let interruption = Interruption()
        let results = try await withDeadline(for: "the waits") {
            await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
                for _ in 0..<8 { group.addTask { await interruption.sleep(for: .seconds(3_600)) } }
                // A wait that begins after an interruption is not ended by it, so they are repeated.
                group.addTask {
                    while !Task.isCancelled {
                        interruption.interrupt()
                        await Task.yield()
                    }
                    return true
                }
                var results: [Bool] = []
                for await result in group {
                    results.append(result)
                    if results.count == 8 { group.cancelAll() }
                }
                return results
            }
        }
        #expect(results.filter { !$0 }.count == 8)
    }

    @Test func whatBeganBeforeAnInterruptionDoesNotWaitAfterIt() async throws {
        let interruption = Interruption()
        let before = interruption.count
        interruption.interrupt()
        let result = try await withDeadline(for: "the wait") {
            await interruption.sleep(for: .seconds(3_600), since: before)
        }
        #expect(!result)
        #expect(try await withDeadline(for: "the wait") { await interruption.sleep(for: .milliseconds(1)) })
    }

    @Test func nothingWaitsAfterTheEnd() async throws {
        let interruption = Interruption()
        interruption.close()
        #expect(try await withDeadline(for: "the wait") { await !interruption.sleep(for: .seconds(3_600)) })
    }

    @Test func cancellationEndsAWait() async throws {
        let interruption = Interruption()
        let result = try await withDeadline(for: "the wait") {
            await withTaskGroup(of: Bool.self, returning: Bool?.self) { group in
                group.addTask { await interruption.sleep(for: .seconds(3_600)) }
                group.cancelAll()
                return await group.next()
            }
        }
        #expect(result == false)
    }
}
