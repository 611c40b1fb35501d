// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import S3ControlPlane
internal import SignetSigning
internal import Worker

/// A bucket that a command asks S3 about itself, with a credential of this machine.
struct BucketOptions: ParsableArguments {
    @Option(help: "The bucket.")
    var bucket: String?

    @Option(help: "The bucket's region.")
    var region = "us-east-1"

    @Option(help: ArgumentHelp("An endpoint that is not AWS.", valueName: "url"))
    var endpoint: String?

    @Option(help: "The credential profile (worker.profilesFile, or the AWS environment).")
    var profile = CredentialResolver.defaultProfile

    /// The bucket, as S3 is asked about it: whoever gives the command may name any endpoint.
    func resolve(_ settings: Settings) throws -> S3Bucket {
        guard let bucket else { throw ValidationError("name the --bucket") }
        let credentials = try CredentialResolver(
            profilesFile: settings.profilesFile,
            environment: settings.environment,
            sealingKeys: []
        )
        guard let found = credentials.credentials(ofProfile: profile) else {
            throw CommandError(
                "there is no credential profile \"\(profile)\"; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name "
                    + "another one of worker.profilesFile"
            )
        }
        do {
            return try S3Bucket(
                endpoint: S3Endpoint.resolve(bucket: bucket, region: region, customEndpoint: endpoint),
                credentials: found,
                allowedBy: EndpointPolicy(listed: endpoint.map { [$0] } ?? [])
            )
        } catch let error as SigningError {
            throw CommandError("--\(error.parameter): \(error.message)")
        }
    }

    /// Asks S3, as long as the body runs.
    ///
    /// - Throws: `CommandError` with what S3 said.
    static func asking<Result>(_ body: (S3ControlPlane) async throws -> Result) async throws -> Result {
        do {
            return try await S3ControlPlane.run(clock: { Int64(Date.now.timeIntervalSince1970 * 1_000) }, body)
        } catch let error as S3Error {
            throw CommandError("S3 says \(error)")
        }
    }
}
