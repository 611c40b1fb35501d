// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Contract
internal import Foundation
internal import GatewayClient

/// `signet upload`: the reference client of multipart uploads.
struct UploadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Upload a file of any size through a gateway, in parts; goes on where it was interrupted.",
        discussion: """
            The gateway begins the upload and signs URLs; the bytes go straight to S3, several parts at a time, each again if
            it fails. Needs no key of S3. Prints the object as JSON. After an interruption give the same command again: what
            S3 has is not sent twice. --abort gives the upload up instead.

              signet upload film.mp4 --gateway http://127.0.0.1:8080 --bucket my-bucket --region eu-central-1 --key films/1.mp4
            """
    )

    @Argument(help: "The file.")
    var file: String

    @Option(help: ArgumentHelp("The gateway.", valueName: "url"))
    var gateway = "http://127.0.0.1:8080"

    @Option(help: "The bucket.")
    var bucket: String

    @Option(help: "The object's key. (default: made from the file's name)")
    var key: String?

    @Option(help: "The bucket's region.")
    var region = "us-east-1"

    @Option(help: ArgumentHelp("An endpoint that is not AWS; the workers must allow it.", valueName: "url"))
    var endpoint: String?

    @Option(help: "The workers' credential profile. (default: default)")
    var profile: String?

    @Option(help: ArgumentHelp("The file's media type.", valueName: "type"))
    var contentType = "application/octet-stream"

    @Option(help: ArgumentHelp("S3's storage class.", valueName: "class"))
    var storageClass: String?

    @Option(help: ArgumentHelp("Bytes of a part, 5 MiB to 5 GiB. (default: from the file's size)", valueName: "bytes"))
    var partSize: Int64?

    @Option(help: "Parts that are sent at the same time.")
    var parallel = 4

    @Flag(help: "Give up what an earlier run began.")
    var abort = false

    @Flag(help: "Do not tell the progress.")
    var quiet = false

    func validate() throws {
        if !(1...64).contains(parallel) { throw ValidationError("--parallel is 1 to 64") }
    }

    func run() async throws {
        do {
            let file = try LocalFile(path: file)
            try await GatewayClient.run(url: gateway) { client in
                let upload = FileUpload(
                    client: client,
                    file: file,
                    place: UploadPlace(bucket: bucket, region: region, endpoint: endpoint, profile: profile),
                    key: key,
                    contentType: contentType,
                    storageClass: storageClass,
                    partSize: partSize,
                    parallel: parallel,
                    checkpoint: UploadCheckpoint(path: checkpoint(of: file))
                )
                if abort {
                    let found = try await upload.abort()
                    Console.print(found ? "aborted" : "there was nothing to abort")
                    return
                }
                let line = ProgressLine(isQuiet: quiet)
                let outcome = try await upload.run { bytes in
                    line.show { Self.text(bytes, of: file.size, seconds: $0) }
                }
                line.end { Self.text(file.size, of: file.size, seconds: $0) }
                try Console.print(json: outcome)
            }
        } catch let error as GatewayClientError {
            let remedy = error.code == .unreadableFile || abort ? "" : "; give the same command again to go on"
            throw CommandError("\(error)\(remedy)")
        }
    }

    /// Where it is kept how far the upload of this very file to this very place is.
    private func checkpoint(of file: LocalFile) -> String {
        let state =
            StateHome.directory(ProcessInfo.processInfo.environment)
            ?? FileManager.default.temporaryDirectory.path + "/signet"
        let path = URL(fileURLWithPath: file.path).standardizedFileURL.path
        let name = [
            path, String(file.size), String(file.modified.timeIntervalSince1970), gateway, bucket, region,
            endpoint ?? "", profile ?? "", key ?? "", partSize.map(String.init) ?? "",
        ].joined(separator: "\n")
        return "\(state)/uploads/\(String(StableHash.of(name), radix: 16)).json"
    }

    static func text(_ bytes: Int64, of total: Int64, seconds: Double) -> String {
        let share = total == 0 ? 1 : min(1, Double(bytes) / Double(total))
        let megabytes = Double(bytes) / 1_048_576
        var parts = [ProgressLine.bar(share), String(format: "%.0f MiB", megabytes)]
        if seconds > 0.01 { parts.append(String(format: "%.0f MiB/s", megabytes / seconds)) }
        if let left = ProgressLine.left(share, seconds: seconds) { parts.append(left) }
        return parts.joined(separator: "  ")
    }
}
