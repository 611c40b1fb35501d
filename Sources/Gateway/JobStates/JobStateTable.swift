// SPDX-License-Identifier: Apache-2.0

package import Contract

/// The states of jobs in memory: a value.
///
/// Terminal states are kept for a time, and the oldest of them go first when there are too many. Jobs without a reply
/// are never dropped: the waiting table bounds them.
package struct JobStateTable {
    /// Milliseconds that a job is kept behind its deadline.
    package let retention: Int64
    /// Jobs kept at most, those without a reply apart.
    package let capacity: Int

    private var records: [JobID: JobRecord] = [:]
    /// Terminal jobs in the order of their end.
    private var ended = Queue()

    package var count: Int { records.count }

    package init(retention: Int64, capacity: Int) {
        self.retention = retention
        self.capacity = max(1, capacity)
    }

    package mutating func accept(_ job: AcceptedJob) {
        guard records[job.id] == nil else { return }
        records[job.id] = JobRecord(
            id: job.id,
            acceptedAt: job.acceptedAt,
            deadline: job.deadline,
            state: .accepted,
            endedAt: nil
        )
    }

    package mutating func settle(_ job: AcceptedJob, _ state: JobState, now: Int64) {
        // The reply may overtake the end of the wait.
        accept(job)
        end(job.id, now > job.deadline ? .expired : state, at: min(now, job.deadline))
    }

    package mutating func find(_ id: JobID, now: Int64) -> JobRecord? {
        if let record = records[id], !record.state.isTerminal, now > record.deadline {
            end(id, .expired, at: record.deadline)
        }
        return records[id].flatMap { isForgotten($0, now: now) ? nil : $0 }
    }

    /// Drops what is too old or too much.
    package mutating func trim(now: Int64) {
        while let oldest = ended.first {
            guard let record = records[oldest], ended.count <= capacity, !isForgotten(record, now: now) else {
                records[oldest] = nil
                ended.removeFirst()
                continue
            }
            break
        }
    }

    private mutating func end(_ id: JobID, _ state: JobState, at time: Int64) {
        guard var record = records[id], !record.state.isTerminal else { return }
        record.state = state
        record.endedAt = time
        records[id] = record
        ended.append(id)
    }

    private func isForgotten(_ record: JobRecord, now: Int64) -> Bool {
        record.state.isTerminal && now - retention > record.deadline
    }
}

/// First in, first out, without moving the rest at each removal.
private struct Queue {
    private var elements: [JobID] = []
    private var start = 0

    var count: Int { elements.count - start }
    var first: JobID? { start < elements.count ? elements[start] : nil }

    mutating func append(_ id: JobID) {
        elements.append(id)
    }

    mutating func removeFirst() {
        start += 1
        if start > 1_024, start > elements.count / 2 {
            elements.removeFirst(start)
            start = 0
        }
    }
}
