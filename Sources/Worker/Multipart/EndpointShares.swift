// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Keeps an endpoint that is slow from taking all the room that jobs have: those beyond its share run again later, while
/// others run now. An endpoint that answers soon may have all of it.
package final class EndpointShares: Sendable {
    /// A place in an endpoint's share.
    package struct Place: Sendable {
        fileprivate let endpoint: String
        fileprivate let number: UInt64
    }

    private struct State {
        /// When the jobs in flight began, by endpoint.
        var begun: [String: [UInt64: ContinuousClock.Instant]] = [:]
        var last: UInt64 = 0
    }

    /// Jobs of an endpoint that is slow, at most.
    private let share: Int
    /// How long a job takes at an endpoint that is not slow, at most.
    private let patience: Duration
    private let state = Mutex(State())

    package init(share: Int, patience: Duration = .seconds(3)) {
        self.share = max(1, share)
        self.patience = patience
    }

    /// - Returns: `nil`: the endpoint is slow and has its share.
    package func enter(_ endpoint: String, now: ContinuousClock.Instant) -> Place? {
        state.withLock { state in
            let jobs = state.begun[endpoint, default: [:]]
            if jobs.count >= share, let oldest = jobs.values.min(), oldest.duration(to: now) > patience { return nil }
            state.last += 1
            state.begun[endpoint, default: [:]][state.last] = now
            return Place(endpoint: endpoint, number: state.last)
        }
    }

    package func leave(_ place: Place) {
        state.withLock { state in
            state.begun[place.endpoint]?[place.number] = nil
            if state.begun[place.endpoint]?.isEmpty == true { state.begun[place.endpoint] = nil }
        }
    }
}
