// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import S3ControlPlane
import SignetSigning

/// `signet-bench multipart`: uploads in parts at a store that is there, with broker, gateway and worker in processes of their
/// own.
struct MultipartBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "multipart",
        abstract: "Uploads in parts: what Signet adds to S3's own answer, to part URLs, and to the bytes.",
        discussion: """
            Asks the store at --endpoint with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. S3's own CreateMultipartUpload and
            initiate over HTTP take turns. All that is made is below one prefix, and is removed. With --upload-mib, `signet
            upload` and boto3's upload_file, both as they are by default, take turns with one file.
            """
    )

    @Option(help: ArgumentHelp("The store.", valueName: "url"))
    var endpoint: String

    @Option(help: "A bucket of it.")
    var bucket: String

    @Option(help: "The bucket's region.")
    var region = "us-east-1"

    @Option(help: "Rounds.")
    var rounds = 5

    @Option(help: "Uploads that are begun in each round.")
    var requests = 100

    @Option(help: "Uploads that are followed at the same time.")
    var inFlight = 200

    @Option(help: "Size of a file that is uploaded in each round; 0: none.")
    var uploadMib = 0

    @Flag(help: "Print JSON, a line for each figure.")
    var json = false

    func validate() throws {
        guard (1...100).contains(rounds), (10...10_000).contains(requests), (1...5_000).contains(inFlight),
            (0...100_000).contains(uploadMib)
        else { throw ValidationError("--rounds is 1 to 100, --requests 10 to 10000, --in-flight 1 to 5000") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let accessKey = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
            throw ValidationError("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the store")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "signet-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let platform = try await BatchPlatform(
            nil,
            folder: folder,
            retryDelays: [1_000],
            worker: [
                "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secret,
                "SIGNET_WORKER_ALLOWED_ENDPOINTS": endpoint,
            ]
        )
        let place = try S3Bucket(
            endpoint: S3Endpoint.resolve(bucket: bucket, region: region, customEndpoint: endpoint),
            credentials: SigningCredentials(accessKeyID: accessKey, secretAccessKey: secret),
            allowedBy: EndpointPolicy(listed: [endpoint])
        )
        var report = MultipartReport(processor: Machine.processor, rounds: rounds)
        try await S3ControlPlane.run(clock: { Int64(Date.now.timeIntervalSince1970 * 1_000) }) { plane in
            let contest = MultipartContest(
                plane: plane,
                bucket: place,
                url: platform.url,
                region: region,
                endpoint: endpoint
            )
            try await contest.warmUp()
            for _ in 0..<rounds { report.begins.append(try await contest.begin(requests)) }
            let upload = try await contest.initiate("parts")
            for _ in 0..<rounds {
                let before = platform.processorTimes.worker
                let time = try await contest.signAll(of: upload, times: 10)
                report.parts.append((time, (platform.processorTimes.worker - before) * 1_000 / 10))
            }
            try await contest.follow(inFlight)
            report.inFlight = (inFlight, platform.worker.peakMemory)
            try await contest.removeAll()
            if uploadMib > 0 {
                report.uploads = try UploadContest(
                    url: platform.url,
                    endpoint: endpoint,
                    bucket: bucket,
                    region: region,
                    mebibytes: uploadMib,
                    folder: folder
                ).run(rounds: rounds)
            }
        }
        try await platform.close()
        try Figures.print(report.lines, text: report.text, asJSON: json)
    }
}
