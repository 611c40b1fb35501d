// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Testing

@Suite struct JobFoldTests {
    private static let id = JobID(unixMilliseconds: 1_000)
    private static let deadline: Int64 = 60_000

    private static func fact(_ fact: JobFact.OneOf_Fact, at time: Int64) -> (JobFact, Int64) {
        (JobFact(jobID: id.description, tenant: "t", fact), time)
    }

    private static func accepted(chunks: UInt32) -> (JobFact, Int64) {
        var accepted = JobAccepted()
        accepted.acceptedAtMs = 1_000
        accepted.deadlineMs = deadline
        accepted.chunks = chunks
        accepted.answer = "upload"
        return fact(.accepted(accepted), at: 1_001)
    }

    private static func done(_ chunk: UInt32, at time: Int64, code: String = "", offset: Int64 = 0) -> (JobFact, Int64)
    {
        var done = ChunkDone()
        done.chunk = chunk
        done.offsets = [offset]
        done.completedAtMs = time
        done.code = code
        done.acceptedAtMs = 1_000
        done.deadlineMs = deadline
        return fact(.chunkDone(done), at: time)
    }

    private static func cancelled(at time: Int64) -> (JobFact, Int64) {
        var cancelled = JobCancelled()
        cancelled.atMs = time
        return fact(.cancelled(cancelled), at: time)
    }

    private static func record(_ facts: [(JobFact, Int64)], now: Int64) -> JobRecord? {
        var fold = JobFold()
        for (fact, time) in facts { fold.add(fact, at: time) }
        return fold.record(of: id, now: now)
    }

    static let stories: [(String, [(JobFact, Int64)], now: Int64, JobState?, endedAt: Int64?)] = [
        ("nothing is known", [], 2_000, nil, nil),
        ("accepted", [accepted(chunks: 1)], 2_000, .accepted, nil),
        ("done", [accepted(chunks: 1), done(0, at: 3_000)], 4_000, .done, 3_000),
        ("done, and nobody told of its acceptance", [done(0, at: 3_000)], 4_000, .done, 3_000),
        ("failed", [accepted(chunks: 1), done(0, at: 3_000, code: "internal")], 4_000, .failed, 3_000),
        ("two of three", [accepted(chunks: 3), done(0, at: 3_000), done(2, at: 3_500)], 4_000, .accepted, nil),
        ("three of three", [accepted(chunks: 3), done(0, at: 1), done(2, at: 9), done(1, at: 5)], 4_000, .done, 9),
        ("one of two failed", [accepted(chunks: 2), done(0, at: 1), done(1, at: 2, code: "x")], 4_000, .done, 2),
        ("input has not ended", [accepted(chunks: 0), done(0, at: 1)], 4_000, .accepted, nil),
        ("input has ended since", [accepted(chunks: 0), accepted(chunks: 1), done(0, at: 1)], 4_000, .done, 1),
        ("deadline, within its grace", [accepted(chunks: 1)], deadline + 5_000, .accepted, nil),
        ("deadline", [accepted(chunks: 1)], deadline + 5_001, .expired, deadline),
        ("done on its grace", [accepted(chunks: 1), done(0, at: deadline + 5_000)], 99_999, .done, deadline + 5_000),
        ("done behind its grace", [accepted(chunks: 1), done(0, at: deadline + 5_001)], 99_999, .expired, deadline),
        ("cancelled", [accepted(chunks: 1), cancelled(at: 2_000)], 99_999, .cancelled, 2_000),
        (
            "cancelled, then done", [accepted(chunks: 1), cancelled(at: 2_000), done(0, at: 3_000)], 4_000, .cancelled,
            2_000
        ),
        ("done, then cancelled", [accepted(chunks: 1), done(0, at: 3_000), cancelled(at: 3_001)], 4_000, .done, 3_000),
        ("done twice", [accepted(chunks: 1), done(0, at: 3_000), done(0, at: 3_200, offset: 9)], 4_000, .done, 3_000),
    ]

    @Test(arguments: stories)
    func factsAddUpInEveryOrderAndAnyNumberOfTimes(
        name: String,
        facts: [(JobFact, Int64)],
        now: Int64,
        state: JobState?,
        endedAt: Int64?
    ) {
        for _ in 0..<50 {
            let shuffled = (facts + facts.shuffled().prefix(2)).shuffled()
            let record = Self.record(shuffled, now: now)
            #expect(record?.state == state, "\(name)")
            #expect(record?.endedAt == endedAt, "\(name)")
            #expect(record?.state == .cancelled || record?.done.allSatisfy { $0.offsets == [0] } ?? true, "\(name)")
        }
    }

    @Test func cancelledJobShowsNoResults() {
        let facts = [Self.accepted(chunks: 2), Self.done(0, at: 2_000), Self.cancelled(at: 2_500)]
        #expect(Self.record(facts, now: 3_000)?.done.isEmpty == true)
    }

    @Test func theLatestProgressCountsInWhateverOrderItComes() {
        let progress = (1...3).map { hop in
            var progress = UploadProgress()
            progress.hop = UInt32(hop)
            progress.bytes = Int64(hop) * 100
            return Self.fact(.uploadProgress(progress), at: Int64(hop))
        }
        for _ in 0..<10 {
            let record = Self.record(([Self.accepted(chunks: 1)] + progress).shuffled(), now: 2_000)
            #expect(record?.progress?.bytes == 300)
            #expect(record?.state == .accepted)
        }
    }
}
