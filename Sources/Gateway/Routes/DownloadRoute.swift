// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/download/s3/signed-url`: a presigned GET.
struct DownloadRoute: Sendable {
    static let path = "/api/v1/download/s3/signed-url"

    let signing: SigningEndpoint

    func post(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context, decode: Self.decode)
    }

    /// Reads the body's fields into the job that the worker runs.
    static func decode(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        var signing = S3SigningJob(operation: "GetObject", from: &fields)
        let secrets = RequestSecrets(from: &fields)

        var item = S3SigningItem()
        item.key = fields.required("key", "name the object to download")
        var options = S3RequestOptions()
        options.readSelection(from: &fields)
        options.readConditions(from: &fields)
        options.readFurther(from: &fields)
        item.options = options
        signing.items = [item]

        return SigningRequest(
            signing: signing,
            secrets: secrets,
            answer: .download,
            warnings: try fields.finish()
        )
    }
}
