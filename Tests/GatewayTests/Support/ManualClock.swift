// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A clock that a test sets, in Unix milliseconds.
final class ManualClock: Sendable {
    private let time = Mutex<Int64>(1_700_000_000_000)

    var now: Int64 { time.withLock { $0 } }

    func advance(by milliseconds: Int64) {
        time.withLock { $0 += milliseconds }
    }
}
