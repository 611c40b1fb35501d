// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import SignetSigning
internal import Worker

/// `signet explain`: what a presigned URL says, and what is wrong with it.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Decode a presigned URL of S3 and say what is wrong with it.",
        discussion: """
            Looks at its form, its time and the headers that must go with it; with --profile also at its signature. Keys are
            never arguments: the profile comes from worker.profilesFile or the AWS environment (profile `default`).
            Ends 1 if anything is wrong.

              signet explain "$URL" --method PUT --header 'content-type: image/jpeg' --profile default

            Where S3 answered SignatureDoesNotMatch, its XML tells what it saw; --error shows line by line how that differs
            from the request as you describe it:

              curl -s -X PUT "$URL" | signet explain "$URL" --method PUT --error -
            """
    )

    @OptionGroup var options: SettingsOptions

    @Argument(help: "The URL, as the client uses it.")
    var url: String

    @Option(help: "The method that the client uses.")
    var method = "GET"

    @Option(name: .customLong("header"), help: "A header that the client sends, as 'name: value'; any number of them.")
    var headers: [String] = []

    @Option(help: "Name of a credential profile to check the signature with.")
    var profile: String?

    @Option(name: .customLong("error"), help: "File of S3's answer SignatureDoesNotMatch; '-' is standard input.")
    var errorFile: String?

    func run() async throws {
        let settings = try options.load()
        let request: ReceivedRequest
        do {
            request = try ReceivedRequest(method: method.uppercased(), url: url, headers: parsedHeaders())
        } catch let error as SigningError {
            Console.print("WRONG  \(error.parameter): \(error.message)")
            throw ExitCode.failure
        }
        let now = Int64(Date.now.timeIntervalSince1970)
        let explanation = RequestExplanation(request, now: now)
        for line in explanation.facts { Console.print(line) }

        let report = try errorFile.map { try SignatureMismatchReport(file: $0) }
        let verification = try verify(request, now: now, settings)
        for refusal in verification.refusals { Console.print("WRONG  \(explanation.sentence(for: refusal))") }
        if verification.isValid {
            Console.print(
                profile == nil
                    ? "ok     nothing is wrong that can be seen without the key; name its --profile to check the signature"
                    : "ok     the signature is right for this method and these headers"
            )
        }
        if let report {
            Console.print("")
            for line in report.differences(from: verification) { Console.print(line) }
        }
        if !verification.isValid || report != nil { throw ExitCode.failure }
    }

    private func parsedHeaders() throws -> [ReceivedRequest.Pair] {
        try headers.map { header in
            guard let colon = header.firstIndex(of: ":") else {
                throw ValidationError("--header is written 'name: value'")
            }
            let value = header[header.index(after: colon)...].drop { $0 == " " }
            return (String(header[..<colon]), String(value))
        }
    }

    /// Without a key everything but the signature can be looked at.
    private func verify(
        _ request: ReceivedRequest,
        now: Int64,
        _ settings: Settings
    ) throws -> SignatureVerification {
        let claim = request.claim
        guard let profile else {
            return SignatureVerifier.examine(request, now: now)
        }
        let resolver = try CredentialResolver(
            profilesFile: settings.profilesFile,
            environment: settings.environment,
            sealingKeys: []
        )
        guard let credentials = resolver.credentials(ofProfile: profile) else {
            throw CommandError(
                "there is no profile \"\(profile)\"; known are \(resolver.profileNames.joined(separator: ", "))"
            )
        }
        return SignatureVerifier(credentials: credentials, service: claim.service).verify(request, now: now)
    }
}
