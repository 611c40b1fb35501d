// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import Logging

/// Logs each request by its route; never bodies, queries or headers.
struct AccessLogMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        logger.debug(
            "Request",
            metadata: [
                "method": "\(request.method.bounded)",
                "route": "\(context.route)",
                "status": "\(response.status.code)",
                "ms": "\((ContinuousClock.now - start).milliseconds)",
                "request": "\(context.correlationID)",
            ]
        )
        return response
    }
}
