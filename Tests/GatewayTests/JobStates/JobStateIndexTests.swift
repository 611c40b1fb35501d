// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import Gateway
import Testing

@Suite struct JobStateIndexTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("signet-index-\(UUID())")

    private func fact(of id: JobID, tenant: String = "t", deadline: Int64 = 10_000, chunks: UInt32 = 1) -> JobFact {
        var accepted = JobAccepted()
        accepted.acceptedAtMs = 1_000
        accepted.deadlineMs = deadline
        accepted.chunks = chunks
        return JobFact(jobID: id.description, tenant: tenant, .accepted(accepted))
    }

    @Test func factsAndPositionsSurviveTheProcess() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("states.sqlite").path
        let id = JobID(unixMilliseconds: 1_000)
        do {
            let index = try JobStateIndex(path: path, retention: .seconds(10))
            #expect(index.positions() == [:])
            index.add([(fact(of: id), 1_000)], positions: [0: 5, 3: 9])
            index.add([], positions: [3: 11])
        }
        let index = try JobStateIndex(path: path, retention: .seconds(10))
        #expect(index.positions() == [0: 5, 3: 11])
        #expect(try index.record(of: id, tenant: "t", now: 2_000)?.state == .accepted)
        #expect(!index.isCurrent)
    }

    @Test func jobIsAnotherTenantsBusiness() throws {
        let index = try JobStateIndex(path: nil, retention: .seconds(10))
        let id = JobID(unixMilliseconds: 1_000)
        index.add([(fact(of: id, tenant: "a"), 1_000)])
        #expect(try index.record(of: id, tenant: "a", now: 2_000) != nil)
        #expect(try index.record(of: id, tenant: "b", now: 2_000) == nil)
    }

    @Test func jobIsForgottenAfterItsRetention() throws {
        let index = try JobStateIndex(path: nil, retention: .seconds(10))
        let id = JobID(unixMilliseconds: 1_000)
        index.add([(fact(of: id, deadline: 5_000), 1_000)])
        #expect(try index.record(of: id, tenant: "t", now: 15_000) != nil)
        #expect(try index.record(of: id, tenant: "t", now: 15_001) == nil)
        index.trim(now: 15_001)
        #expect(try index.record(of: id, tenant: "t", now: 2_000) == nil)
    }

    @Test func acceptanceThatKnowsMostStaysWhateverComesLater() throws {
        for facts in [[0, 3, 0], [3, 0], [0, 3]] as [[UInt32]] {
            let index = try JobStateIndex(path: nil, retention: .seconds(10))
            let id = JobID(unixMilliseconds: 1_000)
            for (time, chunks) in facts.enumerated() {
                index.add([(fact(of: id, chunks: chunks), Int64(time))])
            }
            #expect(try index.record(of: id, tenant: "t", now: 2_000)?.chunks == 3)
        }
    }

    @Test func fileThatIsNoDatabaseIsAnErrorThatNamesTheSetting() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("states.sqlite")
        try Data(repeating: 7, count: 8_192).write(to: file)
        let error = #expect(throws: GatewayError.self) { try JobStateIndex(path: file.path, retention: .seconds(1)) }
        #expect(error?.message.contains("gateway.stateDirectory") == true)
    }
}
