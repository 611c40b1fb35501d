// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/s3/signed-url`: a presigned request of any operation.
struct OperationRoute: Sendable {
    static let path = "/api/v1/s3/signed-url"

    let signing: SigningEndpoint

    func post(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context, decode: Self.decode)
    }

    /// Reads the body's fields into the job that the worker runs.
    static func decode(_ fields: inout FieldReader) throws(Problem) -> SigningRequest {
        let operation = fields.required("operation", "name S3's operation, e.g. GetObject or UploadPart")
        var signing = S3SigningJob(operation: operation, from: &fields)
        let secrets = RequestSecrets(from: &fields)

        signing.items = [S3SigningItem(from: &fields)]

        return SigningRequest(
            signing: signing,
            secrets: secrets,
            answer: .operation,
            warnings: try fields.finish()
        )
    }
}
