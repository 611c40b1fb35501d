// SPDX-License-Identifier: Apache-2.0

internal import Foundation
package import SignetSigning

/// The usual AWS sources of a credential: environment variables, then the shared credentials file
/// (AWS SDKs and Tools Reference Guide, "Shared config and credentials files").
package enum SharedCredentials {
    /// Finds a credential.
    ///
    /// - Parameters:
    ///   - environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
    ///     `AWS_CREDENTIAL_EXPIRATION`; else `AWS_SHARED_CREDENTIALS_FILE` (default `~/.aws/credentials`), `AWS_PROFILE`.
    ///   - read: Gives a file's text, `nil` if there is none.
    /// - Returns: `nil` if no source has one.
    package static func find(
        environment: [String: String],
        read: (String) -> String? = { try? String(contentsOfFile: $0, encoding: .utf8) }
    ) throws(WorkerError) -> SigningCredentials? {
        if let accessKeyID = environment["AWS_ACCESS_KEY_ID"], !accessKeyID.isEmpty {
            guard let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty else {
                throw WorkerError(
                    .invalidProfiles,
                    message: "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set both or neither"
                )
            }
            return try credentials(
                accessKeyID: accessKeyID,
                secret: secret,
                token: environment["AWS_SESSION_TOKEN"],
                expiration: environment["AWS_CREDENTIAL_EXPIRATION"],
                source: "the environment"
            )
        }
        let home = environment["HOME"] ?? ""
        let path = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? home + "/.aws/credentials"
        let profile = environment["AWS_PROFILE"] ?? "default"
        guard let text = read(path), let fields = section(profile, of: text),
            let accessKeyID = fields["aws_access_key_id"], let secret = fields["aws_secret_access_key"]
        else { return nil }
        return try credentials(
            accessKeyID: accessKeyID,
            secret: secret,
            token: fields["aws_session_token"],
            expiration: fields["aws_expiration"],
            source: "\(path), profile \(profile)"
        )
    }

    /// The fields of one `[section]`; a line that begins with `#` or `;` is a comment.
    static func section(_ name: String, of text: String) -> [String: String]? {
        var fields: [String: String]?
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("[") {
                // A comment may follow the bracket.
                isInside = line.dropFirst().prefix { $0 != "]" }.trimmingCharacters(in: .whitespaces) == name
                if isInside { fields = fields ?? [:] }
            } else if isInside, let equals = line.firstIndex(of: "=") {
                let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                fields?[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        return fields
    }

    private static func credentials(
        accessKeyID: String,
        secret: String,
        token: String?,
        expiration: String?,
        source: String
    ) throws(WorkerError) -> SigningCredentials {
        let end = expiration.flatMap { $0.isEmpty ? nil : $0 }
        let date = end.flatMap { try? Date($0, strategy: .iso8601) }
        guard end == nil || date != nil else {
            throw WorkerError(
                .invalidProfiles,
                message: "the credential of \(source): its expiration is no time; write it as 2026-01-31T23:59:59Z"
            )
        }
        do {
            return try SigningCredentials(
                accessKeyID: accessKeyID,
                secretAccessKey: secret,
                sessionToken: token.flatMap { $0.isEmpty ? nil : $0 },
                expiration: date.map { Int64($0.timeIntervalSince1970) }
            )
        } catch {
            throw WorkerError(.invalidProfiles, message: "the credential of \(source): \(error)")
        }
    }
}
