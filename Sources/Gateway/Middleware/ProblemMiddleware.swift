// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOHTTP1

/// Answers every error as a problem: the client gets code and correlation id, the log gets the cause.
struct ProblemMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let problem: Problem
        do {
            return try await next(request, context)
        } catch let error as Problem {
            problem = error
        } catch let error as HTTPParserError {
            // The connection cannot be read any further: the server answers and closes it.
            throw error
        } catch let error as HTTPError where error.status == .notFound {
            problem = Routes.unmatched(request)
        } catch {
            logger.error(
                "Request failed",
                metadata: ["route": "\(context.route)", "request": "\(context.correlationID)", "error": "\(error)"]
            )
            problem = Problem(.internal, "the gateway failed; its log has the cause under the correlation id")
        }
        let response = problem.response(correlationID: context.correlationID)
        return request.method == .head ? response.createHeadResponse() : response
    }
}
