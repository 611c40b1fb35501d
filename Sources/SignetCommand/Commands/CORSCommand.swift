// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import S3ControlPlane

/// `signet cors`: what a bucket must allow for browsers to upload to it.
struct CORSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cors",
        abstract: "Print the bucket rule that browsers need to upload, or check the bucket's own.",
        discussion: """
            A page may send parts to presigned URLs only if the bucket allows its origin, and may read a part's ETag only if
            the bucket exposes it. Without the ETag, `complete` must be asked to find the parts itself.

              signet cors --origin https://app.example > cors.json
              aws s3api put-bucket-cors --bucket my-bucket --cors-configuration file://cors.json
              signet cors --origin https://app.example --check --bucket my-bucket --region eu-central-1

            --check asks S3 with a credential of this machine, says what is missing, and ends 1 if anything is.
            """
    )

    @Option(name: .customLong("origin"), help: "An origin of pages, e.g. https://app.example; may be repeated.")
    var origins: [String] = []

    @Flag(help: "Check the bucket's configuration instead of printing one.")
    var check = false

    @OptionGroup var place: BucketOptions

    @OptionGroup var options: SettingsOptions

    private static let methods = ["GET", "HEAD", "PUT", "POST"]
    private static let exposed = ["ETag", "x-amz-version-id"]

    func validate() throws {
        if origins.isEmpty { throw ValidationError("name the pages' --origin, e.g. https://app.example") }
        if check, place.bucket == nil { throw ValidationError("--check needs the --bucket") }
    }

    private struct Configuration: Encodable {
        struct Rule: Encodable {
            let origins: [String]
            let methods: [String]
            let headers = ["*"]
            let exposed: [String]
            let seconds = 3_600

            enum CodingKeys: String, CodingKey {
                case origins = "AllowedOrigins"
                case methods = "AllowedMethods"
                case headers = "AllowedHeaders"
                case exposed = "ExposeHeaders"
                case seconds = "MaxAgeSeconds"
            }
        }

        let rules: [Rule]

        enum CodingKeys: String, CodingKey {
            case rules = "CORSRules"
        }
    }

    func run() async throws {
        guard check else {
            let rule = Configuration.Rule(origins: origins, methods: Self.methods, exposed: Self.exposed)
            return try Console.print(json: Configuration(rules: [rule]))
        }
        let bucket = try place.resolve(try options.load())
        let rules = try await BucketOptions.asking { try await $0.corsRules(of: bucket) }
        let problems = origins.flatMap { Self.problems(of: rules, origin: $0) }
        for problem in problems { Console.print(problem) }
        if !problems.isEmpty { throw ExitCode.failure }
        Console.print("pages of \(origins.joined(separator: ", ")) can upload to \(place.bucket ?? "")")
    }

    /// What an origin cannot do.
    static func problems(of rules: [CORSRule], origin: String) -> [String] {
        let own = rules.filter { $0.allows(origin: origin) }
        if own.isEmpty { return ["\(origin): no rule allows this origin"] }
        var problems: [String] = []
        // S3 answers by the first rule that fits a request.
        guard let upload = own.first(where: { $0.methods.contains("PUT") }) else {
            return ["\(origin): PUT is not allowed, so no part can be sent"]
        }
        if !upload.allows(header: "content-type") {
            problems.append("\(origin): the header content-type is not allowed; allow *")
        }
        if !upload.exposed.contains(where: { $0.lowercased() == "etag" }) {
            problems.append("\(origin): ETag is not exposed, so pages cannot tell it to complete")
        }
        return problems
    }
}
