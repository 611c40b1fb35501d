// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What must hold for the process to be well, by name: to take work, or to be left running at all.
///
/// Checks are asked each time, so that nothing here can be out of date.
package final class HealthChecks: Sendable {
    /// Says why something is not well, in a few words for an operator; `nil` if it is.
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

    /// Adds a check of a loop that must come round.
    ///
    /// - Parameters:
    ///   - limit: How long it may take.
    ///   - age: How long ago it came round; `nil`: it does not run yet.
    package func addLoop(
        _ name: String,
        limit: Duration = .seconds(60),
        age: @escaping @Sendable () -> Duration?
    ) {
        add(name) {
            guard let age = age(), age > limit else { return nil }
            return "the loop has not come round for \(age.components.seconds) s"
        }
    }

    /// Asks every check, all at the same time.
    package func report() async -> HealthReport {
        let checks = checks.withLock { $0 }
        let reasons = await withTaskGroup(of: (Int, String?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.check()) }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        return HealthReport(
            checks: checks.enumerated().map { index, check in
                HealthReport.Check(name: check.name, reason: reasons[index])
            }
        )
    }
}
