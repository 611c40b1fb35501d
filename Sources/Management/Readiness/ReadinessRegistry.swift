// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What must hold for the process to be ready, by name.
///
/// Checks are asked each time, so that nothing here can be out of date.
package final class ReadinessRegistry: Sendable {
    /// Says why something is not ready, in a few words for an operator; `nil` if it is.
    package typealias Check = @Sendable () async -> String?

    private let checks = Mutex<[(name: String, check: Check)]>([])

    package init() {}

    /// Adds a check; one of the same name is replaced.
    package func add(_ name: String, _ check: @escaping Check) {
        checks.withLock { checks in
            checks.removeAll { $0.name == name }
            checks.append((name, check))
        }
    }

    /// Asks every check, all at the same time.
    package func report() async -> ReadinessReport {
        let checks = checks.withLock { $0 }
        let reasons = await withTaskGroup(of: (Int, String?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.check()) }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        return ReadinessReport(
            checks: checks.enumerated().map { index, check in
                ReadinessReport.Check(name: check.name, reason: reasons[index])
            }
        )
    }
}
