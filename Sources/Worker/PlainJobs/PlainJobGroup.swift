// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

/// A job that waits for its signatures. Its bytes are those of its record: it lives no longer than the batch.
struct PlainJob {
    /// Its record in the batch.
    let record: Int
    /// What the scanner's ranges are of.
    let value: UnsafeRawBufferPointer
    let jobID: UnsafeRawBufferPointer
    let echo: UnsafeRawBufferPointer
    let headers: PlainJobHeaders
    let chunk: UInt32
    /// Unix milliseconds.
    let signingTime: Int64
    let deadline: Int64
    /// Where its reply goes; `nil`: by the reply's key.
    let partition: Int32?
    /// Its keys among those of its group.
    fileprivate(set) var keys = 0..<0
}

/// Jobs of one plan and one reply topic that wait for their signatures.
struct PlainJobGroup {
    let key: SigningPlan.Key
    let plan: SigningPlan
    let topic: String
    private(set) var jobs: [PlainJob] = []
    private(set) var keys: [String] = []
    /// Where each key and its id stand in the values of the jobs' records.
    private(set) var items: [PlainJobScanner.Item] = []

    init(key: SigningPlan.Key, plan: SigningPlan, topic: String) {
        self.key = key
        self.plan = plan
        self.topic = topic
    }

    /// Adds a job with what was scanned of it; `false` if a key is no text.
    mutating func add(_ job: PlainJob, _ added: [PlainJobScanner.Item]) -> Bool {
        let first = keys.count
        for item in added {
            let bytes = UnsafeRawBufferPointer(rebasing: job.value[item.key])
            guard let key = String(validating: bytes, as: UTF8.self) else {
                keys.removeSubrange(first...)
                items.removeSubrange(first...)
                return false
            }
            keys.append(key)
            items.append(item)
        }
        jobs.append(job)
        jobs[jobs.count - 1].keys = first..<keys.count
        return true
    }

    mutating func clear() {
        jobs.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
    }
}
