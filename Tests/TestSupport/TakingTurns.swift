// SPDX-License-Identifier: Apache-2.0

package import Testing

/// Suites that start brokers and processes, or keep a core busy for seconds, run three at a time, beside all those that do
/// not: many together would make each other wait longer than the time limits that catch a test that hangs, and than the
/// session of a member of a group lives.
package struct TakingTurns: SuiteTrait, TestScoping {
    fileprivate let places: Int

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        await Turnstile.shared.enter(taking: places)
        do {
            try await function()
        } catch {
            await Turnstile.shared.leave(freeing: places)
            throw error
        }
        await Turnstile.shared.leave(freeing: places)
    }
}

extension Trait where Self == TakingTurns {
    /// Runs beside two others of this kind.
    package static var takingTurns: Self { Self(places: 1) }
    /// Runs beside one other suite, never beside another that keeps a core busy: two of them would leave no thread of the
    /// pool on two cores to the many small tests, whose requests would run into their time limits.
    package static var takingTurnsBusy: Self { Self(places: 2) }
}

/// Lets in whom there is room for, in the order in which they came.
private actor Turnstile {
    static let shared = Turnstile()
    static let places = 3

    private var free = places
    private var waiting: [(places: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func enter(taking places: Int) async {
        guard !waiting.isEmpty || free < places else {
            free -= places
            return
        }
        await withCheckedContinuation { waiting.append((places, $0)) }
    }

    func leave(freeing places: Int) {
        free += places
        while let next = waiting.first, next.places <= free {
            free -= next.places
            waiting.removeFirst().continuation.resume()
        }
    }
}
