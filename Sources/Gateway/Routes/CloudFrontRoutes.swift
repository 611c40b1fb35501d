// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Hummingbird

/// `POST /api/v1/cloudfront/signed-url` and `/signed-cookies`: access to a private distribution.
struct CloudFrontRoutes: Sendable {
    static let urlPath = "/api/v1/cloudfront/signed-url"
    static let cookiesPath = "/api/v1/cloudfront/signed-cookies"

    let signing: SigningEndpoint

    func postURL(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context) { fields throws(Problem) in
            try Self.decode(&fields, cookies: false)
        }
    }

    func postCookies(_ request: Request, context: GatewayContext) async throws -> Response {
        try await signing.respond(to: request, context: context) { fields throws(Problem) in
            try Self.decode(&fields, cookies: true)
        }
    }

    /// Reads the body's fields into the job that the worker runs.
    static func decode(_ fields: inout FieldReader, cookies: Bool) throws(Problem) -> SigningRequest {
        var signing = CloudFrontSigningJob(from: &fields)
        signing.cookies = cookies
        var item = CloudFrontItem()
        item.key = fields.required("key", "name the object; cookies may open more of them by a resource with wildcards")
        item.query = fields.string("query") ?? ""
        signing.items = [item]
        return SigningRequest(
            cloudFront: signing,
            answer: cookies ? .cloudFrontCookies : .cloudFrontURL,
            warnings: try fields.finish()
        )
    }
}

extension CloudFrontSigningJob {
    /// Reads what all items have in common.
    init(from fields: inout FieldReader) {
        self.init()
        domain = fields.required("domain", "name the distribution's host, e.g. d111111abcdef8.cloudfront.net")
        keyRing = fields.string("keyRing") ?? ""
        if let seconds = fields.integer("expiresIn") { expiresIn = seconds }
        notBeforeMs = fields.time("notBefore") ?? 0
        ipRange = fields.string("ipRange") ?? ""
        resource = fields.string("resource") ?? ""
        hashAlgorithm = fields.string("hashAlgorithm") ?? ""
    }
}
