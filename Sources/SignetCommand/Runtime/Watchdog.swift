// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Logging
internal import Synchronization

/// Ends the process that does not end by itself: some of its calls into C cannot be called back. Without what C libraries
/// do at exit, for they may be what is stuck.
///
/// What is cut off is no loss: whoever has the partitions next repeats what was not finished.
final class Watchdog: Sendable {
    /// The status of a process whose orderly end took too long (`EX_SOFTWARE` of sysexits.h).
    static let tooLate: Int32 = 70
    /// The status of a process that was told twice to end: what a shell says of SIGTERM.
    static let forced: Int32 = 143

    private let logger: Logger
    private let isArmed = Atomic<Bool>(false)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Ends the process after some time; only the first call counts.
    func arm(_ patience: Duration) {
        guard isArmed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
        // A thread of its own: those of tasks may be what is stuck.
        Thread.detachNewThread { [logger] in
            Thread.sleep(forTimeInterval: patience / .seconds(1))
            logger.critical(
                "The orderly end took too long; the process ends now",
                metadata: ["patience": "\(patience)", "status": "\(Self.tooLate)"]
            )
            _exit(Self.tooLate)
        }
    }

    /// Ends the process at once.
    func force() -> Never {
        logger.warning("Told a second time to end; the process ends now", metadata: ["status": "\(Self.forced)"])
        _exit(Self.forced)
    }
}
