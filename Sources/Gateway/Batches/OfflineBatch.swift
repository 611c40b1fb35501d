// SPDX-License-Identifier: Apache-2.0

package import Contract
package import NIOCore
internal import SwiftProtobuf

/// A batch that is signed in this process: the same lines in, and the same lines out, as over HTTP.
///
/// A value that is given bytes and gives bytes.
package struct OfflineBatch {
    package enum Kind: Sendable {
        case s3
        case cloudFront
    }

    private let id: JobID
    private let tenant: String
    private let template: BatchTemplate
    private let run: (Job) -> Reply
    private let clock: () -> Int64
    private var input: BatchInput
    private var answer: BatchAnswer
    private var hasBegun = false

    /// - Parameters:
    ///   - head: The first line, with the defaults.
    ///   - sealer: For secrets among the defaults; `run` opens what it seals.
    ///   - clock: Unix milliseconds.
    ///   - run: Signs a chunk.
    /// - Throws: What is wrong with the defaults.
    package init(
        _ kind: Kind,
        head: [UInt8],
        tenant: String,
        sealer: CredentialSealer,
        clock: @escaping () -> Int64,
        run: @escaping (Job) -> Reply
    ) throws(Problem) {
        let request = try BatchRequest(
            kind == .s3 ? .s3 : .cloudFront,
            defaults: try BatchRequest.defaults(ofLine: head)
        )
        id = JobID(unixMilliseconds: clock())
        template = try request.template(
            for: id,
            sealing: RequestSealing(tenant: tenant, sealer: sealer),
            notAfterMs: .max
        )
        self.tenant = tenant
        self.clock = clock
        self.run = run
        var splitter = LineSplitter()
        var position = 0
        head.withUnsafeBytes { _ = splitter.next(in: $0, from: &position) }
        input = BatchInput(kind: template.kind, behind: splitter)
        answer = BatchAnswer(
            .ndjson,
            of: .lines,
            jobID: id,
            customerKeys: request.work.customerKeys,
            warnings: request.warnings
        )
    }

    /// Takes some bytes of the items.
    ///
    /// - Returns: Results of those that made a chunk.
    /// - Throws: What is wrong with all items.
    package mutating func add(_ bytes: ByteBuffer) throws(Problem) -> [UInt8] {
        var position = 0
        while let chunk = input.take(bytes, from: &position) { try sign(chunk) }
        return answer.take()
    }

    /// Takes the end of the items.
    ///
    /// - Returns: The last results, and the summary.
    package mutating func finish() throws(Problem) -> [UInt8] {
        input.takeRest()
        if let chunk = input.cut() { try sign(chunk) }
        guard hasBegun else {
            throw Problem(.missingField, field: "items", "the batch has no items; send at least one")
        }
        answer.finish(nil, isComplete: true)
        return answer.take()
    }

    private mutating func sign(_ chunk: ChunkDraft) throws(Problem) {
        let outcome = outcome(of: chunk)
        // As over HTTP: what is wrong with all items is told at once.
        if !hasBegun, chunk.count > 0, let problem = outcome.problemOfAll { throw problem }
        hasBegun = true
        answer.write(BatchProgress.Window.Ended(number: chunk.number, content: chunk, answer: outcome, place: nil))
    }

    private func outcome(of chunk: ChunkDraft) -> BatchProgress.Window.Answer {
        let now = clock()
        let job = Job(chunk.number, of: id, tenant: tenant, signingTime: now)
        do {
            let record = try template.record(of: job, items: chunk.items.bytes, firstItem: chunk.firstItem)
            return .reply(run(try Job(serializedBytes: record)))
        } catch {
            return .failure(FailureError(.internal, message: "the items could not be signed"))
        }
    }
}
