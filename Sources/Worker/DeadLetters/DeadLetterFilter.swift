// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// Which dead letters are meant; what is not said does not matter.
package struct DeadLetterFilter: Sendable {
    package var codes: Set<String> = []
    package var tenants: Set<String> = []
    /// Unix milliseconds, of when they were put there.
    package var since: Int64?
    package var until: Int64?
    package var places: Set<DeadLetter.Place> = []

    package init() {}

    package func admits(_ letter: DeadLetter) -> Bool {
        if !codes.isEmpty, !codes.contains(letter.reason?.code ?? "") { return false }
        if !tenants.isEmpty, !tenants.contains(letter.job?.tenant ?? "") { return false }
        if !places.isEmpty, !places.contains(letter.place) { return false }
        if let since, letter.time.map({ $0 < since }) ?? true { return false }
        if let until, letter.time.map({ $0 >= until }) ?? true { return false }
        return true
    }
}
