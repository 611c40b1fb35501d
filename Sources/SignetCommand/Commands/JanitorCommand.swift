// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import S3Catalog
internal import S3ControlPlane

/// `signet janitor`: uploads in parts that nobody finished.
struct JanitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "janitor",
        abstract:
            "Find uploads in parts that nobody finished, and abort them: their parts cost money and are in no list.",
        discussion: """
            Asks S3 itself, with a credential of this machine that may list and abort multipart uploads. Prints each upload
            with its parts, and what storing them costs a month at the reference prices of us-east-1. Look first:

              signet janitor --bucket my-bucket --region eu-central-1 --older-than 7d --dry-run

            An upload that is still running is aborted as well if it is older than that. Ends 1 if one could not be.
            `signet lifecycle` prints the rule by which S3 does it for good.
            """
    )

    @OptionGroup var place: BucketOptions

    @Option(help: "Begun at least so long ago, e.g. 90m, 12h, 7d.")
    var olderThan = "7d"

    @Option(help: "Of keys that begin so.")
    var prefix = ""

    @Flag(help: "Show them, and abort none.")
    var dryRun = false

    @Flag(help: "One JSON object a line, the last one the sum.")
    var json = false

    @OptionGroup var options: SettingsOptions

    func validate() throws {
        if TimeSpan.milliseconds(olderThan) == nil {
            throw ValidationError("--older-than \(olderThan) is no span of time: write 90m, 12h or 7d")
        }
    }

    /// An upload that is found.
    private struct Orphan: Encodable {
        let key: String
        let uploadId: String
        let initiated: Date
        let storageClass: String
        let parts: Int
        let bytes: Int64
        let usdPerMonth: Double
        let aborted: Bool

        var line: String {
            let end = aborted ? "  aborted" : ""
            return "\(initiated.formatted(.iso8601))  \(parts) parts  \(Self.gigabytes(bytes)) GiB  "
                + "\(Self.dollars(usdPerMonth)) USD/month  \(key)\(end)"
        }

        static func gigabytes(_ bytes: Int64) -> String { String(format: "%.3f", Double(bytes) / Double(1 << 30)) }

        static func dollars(_ dollars: Double) -> String { String(format: "%.4f", dollars) }
    }

    private struct Sum: Encodable {
        var uploads = 0
        var parts = 0
        var bytes: Int64 = 0
        var usdPerMonth = 0.0
        var aborted = 0
        var failed = 0
    }

    func run() async throws {
        let bucket = try place.resolve(try options.load())
        let age = Double(TimeSpan.milliseconds(olderThan) ?? 0) / 1_000
        let sum = try await BucketOptions.asking { plane in
            var sum = Sum()
            let limit = Date.now.addingTimeInterval(-age)
            for upload in try await plane.listUploads(in: bucket, prefix: prefix) where upload.initiated <= limit {
                do {
                    let orphan = try await clean(upload, bucket, plane)
                    sum.uploads += 1
                    sum.parts += orphan.parts
                    sum.bytes += orphan.bytes
                    sum.usdPerMonth += orphan.usdPerMonth
                    sum.aborted += orphan.aborted ? 1 : 0
                    try show(orphan, orphan.line)
                } catch let error as S3Error where error.code == .noSuchUpload {
                    // It ended meanwhile.
                } catch let error as S3Error {
                    sum.failed += 1
                    FileHandle.standardError.write(Data("\(upload.key): \(error)\n".utf8))
                }
            }
            return sum
        }
        try show(
            sum,
            "\(sum.uploads) uploads older than \(olderThan): \(sum.parts) parts, \(Orphan.gigabytes(sum.bytes)) GiB, "
                + "\(Orphan.dollars(sum.usdPerMonth)) USD a month; \(sum.aborted) aborted"
        )
        if sum.failed > 0 { throw ExitCode.failure }
    }

    private func clean(_ upload: UnfinishedUpload, _ bucket: S3Bucket, _ plane: S3ControlPlane) async throws -> Orphan {
        let parts = try await plane.listParts(of: upload.key, uploadID: upload.uploadID, in: bucket)
        let bytes = parts.reduce(0) { $0 + $1.size }
        let storageClass = upload.storageClass ?? "STANDARD"
        let price = StorageClass.named(storageClass)?.pricePerGigabyteMonth ?? 0
        var aborted = false
        if !dryRun {
            aborted = try await plane.abortUpload(of: upload.key, uploadID: upload.uploadID, in: bucket)
        }
        return Orphan(
            key: upload.key,
            uploadId: upload.uploadID,
            initiated: upload.initiated,
            storageClass: storageClass,
            parts: parts.count,
            bytes: bytes,
            usdPerMonth: Double(bytes) / Double(1 << 30) * price,
            aborted: aborted
        )
    }

    private func show(_ value: some Encodable, _ line: String) throws {
        guard json else { return Console.print(line) }
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Console.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
