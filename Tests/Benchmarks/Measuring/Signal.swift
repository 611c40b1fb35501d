// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Set once, by one task for another.
final class Signal: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}
