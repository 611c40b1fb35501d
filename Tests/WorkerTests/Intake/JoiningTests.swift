// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Worker

@Suite(.timeLimit(.minutes(1))) struct JoiningTests {
    @Test func everyoneWhoWaitsLearnsWhenAllLanesHaveJoined() async throws {
        let joining = Joining(lanes: 2)
        try await withDeadline(for: "the lanes") {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await joining.value() } }
                joining.join(lane: 1)
                joining.join(lane: 0)
                try await group.waitForAll()
            }
        }
    }

    @Test func joinedStaysJoined() async throws {
        let joining = Joining(lanes: 1)
        joining.join(lane: 0)
        joining.join(lane: 0)
        try await joining.value()
        try await joining.value()
    }

    @Test func oneLaneTwiceIsNotAllLanes() async throws {
        let joining = Joining(lanes: 2)
        joining.join(lane: 0)
        joining.join(lane: 0)
        let waiter = Task { try await joining.value() }
        waiter.cancel()
        // Only the cancellation can end it.
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test func cancelledWaiterLeavesOthersWaiting() async throws {
        let joining = Joining(lanes: 1)
        let gone = Task { try await joining.value() }
        let stays = Task { try await joining.value() }
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        joining.join(lane: 0)
        try await withDeadline(for: "the lane") { try await stays.value }
    }
}
