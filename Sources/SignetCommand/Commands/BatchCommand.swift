// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import GatewayClient
internal import NIOCore

/// `signet batch`: any number of URLs from a gateway.
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Get URLs for many objects from a gateway: a key or an item a line in, a result a line out.",
        discussion: """
            Each line of FILE is a key, or an item as JSON: {"id": "7", "key": "a/b.jpg", "contentType": "image/jpeg"}.
            Results are NDJSON on standard output, in the order of the lines unless --order completion; a result's `line`
            counts one more than the line of FILE. With --urls they are the bare URLs, and failures go to standard error.
            What all items have in common is given by options, and by --defaults for all that has none. Results hold
            presigned URLs: keep them secret. Ends 1 if an item failed or the answer broke off.

              aws s3 ls --recursive s3://my-bucket | awk '{print $4}' |
                signet batch --gateway http://127.0.0.1:8080 --bucket my-bucket --region eu-central-1 > urls.ndjson
            """
    )

    @Argument(help: "A file of keys or items; -: standard input.")
    var file = "-"

    @Option(help: ArgumentHelp("The gateway.", valueName: "url"))
    var gateway = "http://127.0.0.1:8080"

    @Option(help: "The bucket.")
    var bucket: String?

    @Option(help: "The bucket's region.")
    var region: String?

    @Option(help: ArgumentHelp("An endpoint that is not AWS.", valueName: "url"))
    var endpoint: String?

    @Option(help: "S3's operation. (default: GetObject)")
    var operation: String?

    @Option(help: ArgumentHelp("Seconds that the URLs live. (default: 3600)", valueName: "seconds"))
    var expiresIn: Int?

    @Option(help: "The workers' credential profile. (default: default)")
    var profile: String?

    @Option(help: ArgumentHelp("Sign for this distribution of CloudFront instead of S3.", valueName: "domain"))
    var cloudFront: String?

    @Option(help: ArgumentHelp("A file with further defaults, a JSON object.", valueName: "file"))
    var defaults: String?

    @Option(help: "input, or completion: as they are done.")
    var order = GatewayClient.Order.input

    @Flag(help: "Print the URLs alone.")
    var urls = false

    @Flag(help: "Do not tell the progress.")
    var quiet = false

    func validate() throws {
        if cloudFront == nil, defaults == nil {
            guard bucket != nil, region != nil else {
                throw ValidationError("name --bucket and --region, or --cloud-front, or a file of --defaults")
            }
        }
        if cloudFront != nil, bucket != nil || region != nil || endpoint != nil || operation != nil || profile != nil {
            throw ValidationError("--cloud-front goes without the options of S3")
        }
        if let expiresIn, expiresIn < 1 { throw ValidationError("--expires-in is at least 1") }
    }

    func run() async throws {
        let input: InputFile
        do {
            input = try InputFile(file)
        } catch {
            throw CommandError("\(file) cannot be read: \(error.localizedDescription)")
        }
        let items = BatchItemStream(head: try head(), input: input)
        let progress = BatchProgressLine(total: input.size, isQuiet: quiet)
        var outcome = Outcome()
        do {
            try await GatewayClient.run(url: gateway) { client in
                let results = try await client.batch(cloudFront == nil ? .s3 : .cloudFront, items: items, order: order)
                for try await lines in results {
                    try write(lines, &outcome)
                    progress.show(done: outcome.signed + outcome.failed, failed: outcome.failed, read: input.bytesRead)
                }
            }
        } catch let error as ItemLines.NotText {
            throw CommandError("line \(error.line) of \(file) is no UTF-8; write keys as UTF-8, or items as JSON")
        } catch let error as GatewayClientError {
            progress.end(done: outcome.signed + outcome.failed, failed: outcome.failed)
            throw CommandError("\(error)")
        }
        progress.end(done: outcome.signed + outcome.failed, failed: outcome.failed)
        if let problem = outcome.problem { throw CommandError(problem) }
        guard outcome.isComplete else { throw CommandError("the answer broke off without its summary") }
        if outcome.failed > 0 { throw ExitCode.failure }
    }

    private struct Outcome {
        var signed = 0
        var failed = 0
        var isComplete = false
        var problem: String?
    }

    private struct Summary: Decodable {
        let complete: Bool
    }

    private struct Problem: Decodable {
        let code: String
        let detail: String
    }

    private func write(_ lines: BatchResults.Lines, _ outcome: inout Outcome) throws {
        var output: [UInt8] = []
        var failures: [UInt8] = []
        lines.forEach { line in
            switch line.kind {
            case .signed:
                outcome.signed += 1
                if urls, let url = line.url {
                    output.append(contentsOf: url)
                    output.append(UInt8(ascii: "\n"))
                }
            case .failed:
                outcome.failed += 1
                if urls {
                    failures.append(contentsOf: line.bytes)
                    failures.append(UInt8(ascii: "\n"))
                }
            case .summary: outcome.isComplete = line.decode(Summary.self)?.complete ?? false
            case .problem: outcome.problem = line.decode(Problem.self).map { "\($0.code): \($0.detail)" }
            case .shared, .other: break
            }
        }
        if urls {
            if !failures.isEmpty { try FileHandle.standardError.write(contentsOf: failures) }
            try FileHandle.standardOutput.write(contentsOf: output)
        } else {
            try FileHandle.standardOutput.write(contentsOf: lines.bytes.readableBytesView)
        }
    }

    /// The first line of the request.
    private func head() throws -> ByteBuffer {
        var members: [String: Any] = [:]
        if let defaults {
            guard let bytes = FileManager.default.contents(atPath: defaults),
                let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]
            else { throw CommandError("--defaults \(defaults) is no file with a JSON object") }
            members = object
        }
        let given: [(String, Any?)] = [
            ("s3Bucket", bucket), ("s3Region", region), ("s3Endpoint", endpoint), ("operation", operation),
            ("expiresIn", expiresIn), ("credentialProfile", profile), ("domain", cloudFront),
        ]
        for (name, value) in given { if let value { members[name] = value } }
        let head = try JSONSerialization.data(withJSONObject: ["defaults": members], options: [.sortedKeys])
        return ByteBuffer(bytes: head + Data("\n".utf8))
    }
}

extension GatewayClient.Order: ExpressibleByArgument {}
