// SPDX-License-Identifier: Apache-2.0

import Contract
import Testing

@Suite struct SealScopeTests {
    private static func admit(
        scope: SealScope = SealingFixture.scope,
        job: Job = SealingFixture.job,
        signing: S3SigningJob = SealingFixture.signing,
        now: Int64 = SealingFixture.now
    ) throws(FailureError) {
        try scope.admit(job, signing, now: now)
    }

    @Test func jobWithinTheScopeIsAdmitted() throws {
        try Self.admit()
        try Self.admit(now: SealingFixture.scope.notAfterMs)
        for operation in SealingFixture.scope.operations {
            var signing = SealingFixture.signing
            signing.operation = operation
            try Self.admit(signing: signing)
        }
    }

    /// What another job would want, and the word that the refusal names.
    struct Misuse: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout Job, inout S3SigningJob) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout Job, inout S3SigningJob) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    @Test(arguments: [
        Misuse("tenant") { job, _ in job.tenant = "other" },
        Misuse("job") { job, _ in job.jobID = "018bcfe5-6800-7000-8000-00000000000f" },
        Misuse("bucket") { _, signing in signing.s3Bucket = "other" },
        Misuse("endpoint") { _, signing in signing.s3Endpoint = "" },
        Misuse("region") { _, signing in signing.s3Region = "us-east-1" },
        Misuse("operation") { _, signing in signing.operation = "DeleteObject" },
        Misuse("operation") { _, signing in signing.operation = "" },
    ])
    func otherUseIsRefusedByName(misuse: Misuse) {
        var job = SealingFixture.job
        var signing = SealingFixture.signing
        misuse.apply(&job, &signing)
        let failure = #expect(throws: FailureError.self) { try Self.admit(job: job, signing: signing) }
        #expect(failure?.code == .sealScope)
        #expect(failure?.field == "sealedCredential")
        #expect(failure?.message.contains("for another \(misuse.testDescription);") == true)
    }

    @Test(arguments: [1, 1_000, Int64.max - SealingFixture.scope.notAfterMs])
    func afterItsEndItIsRefused(later: Int64) {
        let failure = #expect(throws: FailureError.self) {
            try Self.admit(now: SealingFixture.scope.notAfterMs + later)
        }
        #expect(failure?.code == .sealScope)
        #expect(failure?.message.contains("no longer valid") == true)
    }

    @Test(arguments: [0, 2, UInt32.max])
    func unknownVersionIsUnsupported(version: UInt32) {
        var scope = SealingFixture.scope
        scope.version = version
        let failure = #expect(throws: FailureError.self) { try Self.admit(scope: scope) }
        #expect(failure?.code == .unsupported)
        #expect(failure?.field == "sealedCredential.scope.version")
    }

    // MARK: Associated data

    /// By hand from the description in jobs.proto: each field behind its length, big-endian.
    @Test func associatedDataIsWhatTheSchemaSays() {
        var scope = SealScope()
        scope.version = 1
        scope.tenant = "t"
        scope.jobID = "é"
        scope.operations = ["G", ""]
        scope.notAfterMs = -2
        var expected: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 1]
        expected += [0, 0, 0, 1, 0x74]
        expected += [0, 0, 0, 2, 0xC3, 0xA9]
        expected += [0, 0, 0, 0]
        expected += [0, 0, 0, 0]
        expected += [0, 0, 0, 0]
        expected += [0, 0, 0, 4, 0, 0, 0, 2]
        expected += [0, 0, 0, 1, 0x47]
        expected += [0, 0, 0, 0]
        expected += [0, 0, 0, 8] + [UInt8](repeating: 0xFF, count: 7) + [0xFE]
        #expect(scope.associatedData == expected)
    }

    @Test func textThatMovesFromOneFieldToItsNeighbourGivesOtherBytes() {
        // Every way to cut the same text into five neighbours, and into operations.
        let text = Array("aabb")
        var seen: [[UInt8]: SealScope] = [:]
        var scopes: [SealScope] = []
        for first in 0...4 {
            for second in first...4 {
                for third in second...4 {
                    for fourth in third...4 {
                        var scope = SealScope()
                        scope.tenant = String(text[..<first])
                        scope.jobID = String(text[first..<second])
                        scope.bucket = String(text[second..<third])
                        scope.endpoint = String(text[third..<fourth])
                        scope.region = String(text[fourth...])
                        scopes.append(scope)
                    }
                }
            }
        }
        for operations in [[], [""], ["", ""], ["ab"], ["a", "b"], ["b", "a"], ["ab", ""], ["", "ab"]] {
            var scope = SealScope()
            scope.operations = operations
            if !operations.isEmpty { scopes.append(scope) }
        }
        for scope in scopes {
            let bytes = scope.associatedData
            if let other = seen[bytes], other != scope {
                Issue.record("two scopes share their bytes: \(scope) \(other)")
            }
            seen[bytes] = scope
        }
        #expect(seen.count == scopes.count)
        #expect(seen.count > 70)
    }

    @Test(arguments: SealingFixture.changes)
    func everyFieldIsBound(change: SealingFixture.Change) {
        var scope = SealingFixture.scope
        change.apply(&scope)
        #expect(scope.associatedData != SealingFixture.scope.associatedData)
    }
}
