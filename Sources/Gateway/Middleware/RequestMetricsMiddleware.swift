// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird

/// Times each request, by route, method and status.
struct RequestMetricsMiddleware: RouterMiddleware {
    let metrics: GatewayMetrics

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        metrics.request(
            .init(route: context.route, method: request.method.bounded, status: response.status.code),
            took: ContinuousClock.now - start
        )
        return response
    }
}

extension HTTPRequest.Method {
    /// The method if it is a usual one, else `OTHER`: clients may send any token, labels must stay few.
    var bounded: String {
        switch self {
        case .get, .head, .post, .put, .delete, .patch, .options: rawValue
        default: "OTHER"
        }
    }
}
