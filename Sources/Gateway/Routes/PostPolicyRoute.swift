// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/upload/s3/post-policy`: the fields of a form by which a browser uploads.
struct PostPolicyRoute: Sendable {
    static let path = "/api/v1/upload/s3/post-policy"

    let signing: SigningEndpoint

    func post(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context, decode: Self.decode)
    }

    /// Reads the body's fields into the job that the worker runs.
    static func decode(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var signing = S3SigningJob(operation: "PostObject", from: &fields)
        let secrets = RequestSecrets(from: &fields)

        var item = S3SigningItem()
        item.key = fields.string("key") ?? ""
        item.keyPrefix = fields.string("keyPrefix") ?? ""
        item.filename =
            fields.has("key")
            ? fields.string("filename") ?? ""
            : fields.required("filename", "give the file's name, or the key, which may end with ${filename}")
        var options = S3RequestOptions()
        if let type = fields.string("contentType") { options.contentType = type }
        options.readObject(from: &fields)
        if let bytes = fields.integer("fileSize") { options.fileSize = bytes }
        options.readForm(from: &fields)
        item.options = options
        signing.items = [item]

        return SigningRequest(
            signing: signing,
            secrets: secrets,
            answer: .form,
            warnings: try fields.finish()
        )
    }
}
