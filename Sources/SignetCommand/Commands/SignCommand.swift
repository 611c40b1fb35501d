// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Foundation
internal import Gateway
internal import GatewayClient
internal import NIOCore
internal import SwiftProtobuf
internal import Worker

/// `signet sign`: the worker's handler without Kafka.
struct SignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign offline: one job as Protobuf-JSON a line in, one reply a line out; or a batch.",
        discussion: """
            Jobs and replies are those of Schemas/signet/v1; version, jobId and tenant may be left out. Keys come from
            worker.profilesFile or the AWS environment (profile `default`). Replies hold presigned URLs: keep them secret.
            Ends 1 if any job failed; its reply says why.

              echo '{"s3Signing":{"s3Bucket":"my-bucket","s3Region":"eu-central-1","operation":"GetObject",
                     "items":[{"key":"photo.jpg"}]}}' | tr -d '\\n' | signet sign

            With --batch, lines and results are those of `signet batch`: a key, or an item as JSON, a line of FILE.

              signet sign --batch keys.txt --bucket my-bucket --region eu-central-1 --urls
            """
    )

    @Option(help: ArgumentHelp("Sign a batch: a file of keys or items; -: standard input.", valueName: "file"))
    var batch: String?

    @OptionGroup(title: "Options of a batch") var common: BatchOptions

    @Option(
        help: ArgumentHelp(
            "A key of SSE-C for all objects: a file with 32 bytes in base64. Replies name its header and withhold it.",
            valueName: "file"
        )
    )
    var customerKey: String?

    @Option(help: ArgumentHelp("The key of SSE-C of what is copied, likewise.", valueName: "file"))
    var copySourceCustomerKey: String?

    @OptionGroup var options: SettingsOptions

    func validate() throws {
        if batch != nil { return try common.validateNames() }
        if common.isGiven { throw ValidationError("--bucket and what else all items have in common go with --batch") }
    }

    func run() async throws {
        let settings = try options.load()
        let configuration = try settings.workerConfiguration()
        let customerKeys = try CustomerKeyFiles(key: customerKey, copySourceKey: copySourceCustomerKey)
        let credentials = try CredentialResolver(
            profilesFile: settings.profilesFile,
            environment: settings.environment,
            sealingKeys: configuration.sealingKeys + [customerKeys.sealingKey]
        )
        let handler = JobHandler(credentials: credentials, worker: configuration.identity)
        let tenant = try settings.tenant
        if let batch { return try await sign(batch, handler, customerKeys, tenant: tenant) }
        var failed = false
        while let line = readLine(strippingNewline: true) {
            if line.allSatisfy(\.isWhitespace) { continue }
            let reply = answer(line, handler, customerKeys, tenant: tenant)
            let hasFailed =
                reply.hasFailure || reply.s3Signing.items.contains(where: \.hasFailure)
                || reply.cloudFrontSigning.items.contains(where: \.hasFailure)
            if hasFailed { failed = true }
            Console.print(String(decoding: try WireFormat.json.encode(reply), as: UTF8.self))
        }
        if failed { throw ExitCode.failure }
    }

    /// Signs a batch.
    private func sign(
        _ file: String,
        _ handler: JobHandler,
        _ customerKeys: CustomerKeyFiles,
        tenant: String
    ) async throws {
        let input = try InputFile(readable: file)
        let items = BatchItemStream(head: try common.head(with: customerKeys.fields), input: input)
        var output = BatchOutput(urls: common.urls)
        do {
            var pieces = items.makeAsyncIterator()
            guard let head = try await pieces.next() else { return }
            let clock = { Int64(Date.now.timeIntervalSince1970 * 1_000) }
            var batch = try OfflineBatch(
                common.cloudFront == nil ? .s3 : .cloudFront,
                head: Array(head.readableBytesView),
                tenant: tenant,
                sealer: CredentialSealer(publicKey: customerKeys.sealingKey.publicKey),
                clock: clock,
                run: { handler.run($0, recordTime: nil, now: clock()).reply }
            )
            while let lines = try await pieces.next() {
                try output.write(BatchResults.Lines(bytes: ByteBuffer(bytes: try batch.add(lines))))
            }
            try output.write(BatchResults.Lines(bytes: ByteBuffer(bytes: try batch.finish())))
        } catch let error as ItemLines.NotText {
            throw CommandError(error, in: file)
        } catch let problem as Problem {
            throw CommandError(
                problem.failures.map { failure in
                    "\(failure.code)\(failure.field.isEmpty ? "" : " at \(failure.field)"): \(failure.message)"
                }.joined(separator: "; ")
            )
        }
        try output.finish()
    }

    private func answer(
        _ line: String,
        _ handler: JobHandler,
        _ customerKeys: CustomerKeyFiles,
        tenant: String
    ) -> Reply {
        let now = Int64(Date.now.timeIntervalSince1970 * 1_000)
        do throws(FailureError) {
            var warnings: [String] = []
            let result = Array(line.utf8).withUnsafeBytes { bytes in
                Result { () throws(FailureError) in
                    try WireFormat.json.decode(Job.self, from: bytes, warnings: &warnings)
                }
            }
            var job = try result.get()
            if job.version == 0 { job.version = 1 }
            if job.jobID.isEmpty { job.jobID = JobID(unixMilliseconds: now).description }
            if job.tenant.isEmpty { job.tenant = tenant }
            if case .s3Signing = job.kind { try seal(customerKeys, into: &job) }
            var reply = handler.run(job, recordTime: nil, now: now, warnings: warnings).reply
            if case .s3Signing(let result) = reply.result { reply.s3Signing = try ReplyJoiner(result).joined() }
            return reply
        } catch {
            var reply = Reply()
            reply.version = 1
            reply.completedAtMs = now
            reply.failure = Failure(error)
            return reply
        }
    }

    private func seal(_ keys: CustomerKeyFiles, into job: inout Job) throws(FailureError) {
        do {
            try keys.seal(into: &job)
        } catch {
            throw FailureError(.internal, message: "the keys of SSE-C could not be sealed")
        }
    }
}
