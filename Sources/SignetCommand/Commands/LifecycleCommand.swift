// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation

/// `signet lifecycle`: the rule by which S3 ends uploads that nobody finishes.
struct LifecycleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lifecycle",
        abstract: "Print the bucket rule by which S3 itself aborts uploads in parts that nobody finished.",
        discussion: """
            S3 User Guide, "Configuring a bucket lifecycle configuration to delete incomplete multipart uploads". A bucket
            has one configuration: put this rule beside those that it has.

              signet lifecycle --days 7 > lifecycle.json
              aws s3api put-bucket-lifecycle-configuration --bucket my-bucket --lifecycle-configuration file://lifecycle.json
            """
    )

    @Option(help: "Days from an upload's beginning to its end.")
    var days = 7

    @Option(help: "Of keys that begin so.")
    var prefix = ""

    func validate() throws {
        if days < 1 { throw ValidationError("--days is at least 1") }
    }

    private struct Configuration: Encodable {
        struct Rule: Encodable {
            struct Filter: Encodable {
                let prefix: String

                enum CodingKeys: String, CodingKey {
                    case prefix = "Prefix"
                }
            }

            struct Abort: Encodable {
                let days: Int

                enum CodingKeys: String, CodingKey {
                    case days = "DaysAfterInitiation"
                }
            }

            let id: String
            let status = "Enabled"
            let filter: Filter
            let abort: Abort

            enum CodingKeys: String, CodingKey {
                case id = "ID"
                case status = "Status"
                case filter = "Filter"
                case abort = "AbortIncompleteMultipartUpload"
            }
        }

        let rules: [Rule]

        enum CodingKeys: String, CodingKey {
            case rules = "Rules"
        }
    }

    func run() throws {
        let rule = Configuration.Rule(
            id: "abort-unfinished-uploads",
            filter: .init(prefix: prefix),
            abort: .init(days: days)
        )
        try Console.print(json: Configuration(rules: [rule]))
    }
}
