// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation

/// A job's state as the fold over its facts: a value that any order and any repetition of them leads to.
///
/// ```
/// accepted ── every chunk done ──────────▶ done, or failed where all chunks failed as a whole
///     ├────── cancelled before that ─────▶ cancelled
///     └────── deadline and its grace ────▶ expired, or interrupted where the input has not ended
/// ```
package struct JobFold {
    /// Milliseconds behind the deadline that a fact may still take to come to everybody: until then nobody calls the job
    /// expired, and what comes later changes nothing.
    package static let grace: Int64 = 5_000

    private var accepted: JobAccepted?
    private var chunks: [UInt32: (done: ChunkDone, at: Int64)] = [:]
    private var cancelledAt: Int64?
    private var progress: UploadProgress?
    package private(set) var tenant = ""

    package init() {}

    /// Takes a fact in.
    ///
    /// - Parameter time: When it came to Kafka, Unix milliseconds.
    package mutating func add(_ fact: JobFact, at time: Int64) {
        tenant = fact.tenant
        switch fact.fact {
        case .accepted(let fact):
            // The one that knows how many chunks there are says more.
            if fact.chunks >= accepted?.chunks ?? 0 { accepted = fact }
        case .chunkDone(let done):
            // Done twice, by two workers: both results are the same, and the first is as good.
            if let known = chunks[done.chunk],
                (known.at, known.done.offsets.first ?? 0) <= (time, done.offsets.first ?? 0)
            {
                return
            }
            chunks[done.chunk] = (done, time)
        case .cancelled(let fact): cancelledAt = min(cancelledAt ?? .max, fact.atMs)
        case .uploadProgress(let fact): if fact.hop >= progress?.hop ?? 0 { progress = fact }
        case .uploadBegun, nil: break
        }
    }

    /// What is known of the job; `nil`: nothing.
    ///
    /// - Parameter now: Unix milliseconds.
    package func record(of id: JobID, now: Int64) -> JobRecord? {
        let anyChunk = chunks.values.first?.done
        guard let deadline = accepted?.deadlineMs ?? anyChunk?.deadlineMs else { return nil }
        let end = deadline.addingReportingOverflow(Self.grace).partialValue
        let done = chunks.values.filter { $0.at <= end }.map(\.done).sorted { $0.chunk < $1.chunk }
        // Who produces straight to Kafka tells of no acceptance: such a job is one chunk.
        let total = accepted.map { Int($0.chunks) } ?? 1
        let (state, endedAt) = outcome(of: done, total: total, deadline: deadline, isLate: now > end)
        return JobRecord(
            id: id,
            acceptedAt: accepted?.acceptedAtMs ?? anyChunk?.acceptedAtMs ?? 0,
            deadline: deadline,
            state: state,
            endedAt: endedAt,
            answer: (accepted?.answer).flatMap(AnswerShape.init(rawValue:)) ?? .operation,
            warnings: accepted?.warnings ?? [],
            fingerprint: accepted?.fingerprint ?? Data(),
            resultTopic: accepted.flatMap { $0.resultTopic.isEmpty ? nil : $0.resultTopic },
            progress: progress,
            chunks: total == 0 ? nil : total,
            done: state == .cancelled ? [] : done
        )
    }

    private func outcome(
        of done: [ChunkDone],
        total: Int,
        deadline: Int64,
        isLate: Bool
    ) -> (JobState, endedAt: Int64?) {
        let lastDone = done.map(\.completedAtMs).max() ?? 0
        let isWhole = total > 0 && done.count >= total
        if let cancelledAt, !isWhole || cancelledAt < lastDone { return (.cancelled, cancelledAt) }
        if isWhole { return (done.allSatisfy { !$0.code.isEmpty } ? .failed : .done, lastDone) }
        return isLate ? (total == 0 ? .interrupted : .expired, deadline) : (.accepted, nil)
    }
}
