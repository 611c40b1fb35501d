// SPDX-License-Identifier: Apache-2.0

package import Testing

/// Suites that start brokers and processes, or keep a core busy for seconds, run one at a time, beside all those that do
/// not: together they would make each other wait longer than the time limits that catch a test that hangs, and than the
/// session of a member of a group lives.
package struct TakingTurns: SuiteTrait, TestScoping {
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        await Turnstile.shared.enter()
        do {
            try await function()
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
        await Turnstile.shared.leave()
    }
}

extension Trait where Self == TakingTurns {
    /// Runs when no other suite of this kind does.
    package static var takingTurns: Self { Self() }
}

/// Lets one in at a time, in the order in which they came.
private actor Turnstile {
    static let shared = Turnstile()

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
