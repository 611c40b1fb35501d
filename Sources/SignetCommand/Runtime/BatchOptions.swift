// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import NIOCore

/// What all items of a batch have in common, and how results are shown.
struct BatchOptions: ParsableArguments {
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

    @Flag(help: "Print the URLs of a batch alone.")
    var urls = false

    /// - Throws: What does not go together.
    func validateNames() throws {
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

    /// Whether any of them was given.
    var isGiven: Bool {
        urls || expiresIn != nil
            || [bucket, region, endpoint, operation, profile, cloudFront, defaults].contains { $0 != nil }
    }

    /// The first line of the request.
    ///
    /// - Parameter fields: Further defaults.
    func head(with fields: [String: String] = [:]) throws -> ByteBuffer {
        var members: [String: Any] = fields
        if let defaults {
            guard let bytes = FileManager.default.contents(atPath: defaults),
                let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]
            else { throw CommandError("--defaults \(defaults) is no file with a JSON object") }
            members.merge(object) { $1 }
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
