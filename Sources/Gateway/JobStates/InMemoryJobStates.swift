// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Synchronization

/// Job states in this gateway's memory: lost when it stops, and known to it alone.
final class InMemoryJobStates: JobStates {
    private let table: Mutex<JobStateTable>

    init(retention: Duration, capacity: Int) {
        table = Mutex(JobStateTable(retention: retention.milliseconds, capacity: capacity))
    }

    func accept(_ job: AcceptedJob) {
        table.withLock { $0.accept(job) }
    }

    func settle(_ job: AcceptedJob, _ state: JobState, now: Int64) {
        table.withLock { table in
            table.settle(job, state, now: now)
            table.trim(now: now)
        }
    }

    func find(_ id: JobID, now: Int64) -> JobRecord? {
        table.withLock { $0.find(id, now: now) }
    }
}
