// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/upload/s3/signed-url`: a presigned PUT.
struct UploadRoute: Sendable {
    static let path = "/api/v1/upload/s3/signed-url"

    let signing: SigningEndpoint

    func post(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context, decode: Self.decode)
    }

    /// Reads the body's fields into the job that the worker runs.
    static func decode(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var signing = S3SigningJob(operation: "PutObject", from: &fields)
        let secrets = RequestSecrets(from: &fields)

        var item = S3SigningItem(named: &fields)
        var options = S3RequestOptions()
        options.contentType = fields.required("contentType", "give the file's media type, e.g. image/jpeg")
        options.readBody(from: &fields)
        options.readObject(from: &fields)
        options.readConditions(from: &fields)
        options.readFurther(from: &fields)
        item.options = options
        signing.items = [item]

        return SigningRequest(
            signing: signing,
            secrets: secrets,
            answer: .upload,
            warnings: try fields.finish()
        )
    }
}
