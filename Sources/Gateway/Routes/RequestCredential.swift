// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// What a request wants to be signed with.
enum RequestCredential: Sendable {
    /// A profile of the workers; `nil`: their default.
    case profile(String?)
    /// Keys that came with the request: sealed before anything of them leaves the process.
    case inline(InlineCredential)

    /// Reads `credentialProfile` or `s3AccessKey`, `s3SecretKey`, `s3SessionToken`, `s3SessionExpiration`.
    init(from fields: inout FieldReader) {
        let profile = fields.string("credentialProfile")
        let names = ["s3AccessKey", "s3SecretKey", "s3SessionToken", "s3SessionExpiration"]
        guard let given = names.first(where: { fields.has($0) }) else {
            // Asked for all the same, so that the names are known when an unknown one is explained.
            for name in names { _ = fields.string(name) }
            self = .profile(profile)
            return
        }
        if fields.has("credentialProfile") {
            fields.note(
                FailureError(
                    .conflictingFields,
                    field: "credentialProfile",
                    message: "credentialProfile and \(given) exclude each other; name a profile or send keys, not both"
                )
            )
        }
        let remedy = "keys come as a pair; or name a credentialProfile instead"
        var credential = InlineCredential()
        credential.accessKeyID = fields.required("s3AccessKey", remedy)
        credential.secretAccessKey = fields.required("s3SecretKey", remedy)
        credential.sessionToken = fields.string("s3SessionToken") ?? ""
        credential.expirationMs = fields.time("s3SessionExpiration") ?? 0
        self = .inline(credential)
    }
}
