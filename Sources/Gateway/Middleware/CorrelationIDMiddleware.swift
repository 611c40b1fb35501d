// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// Gives each request an id and each answer the same: the client's own if it sends a decent one.
struct CorrelationIDMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.correlationID = request.headers[.requestID].flatMap { Self.isDecent($0) ? $0 : nil } ?? Self.make()
        var response = try await next(request, context)
        response.headers[.requestID] = context.correlationID
        return response
    }

    /// Whether the id may stand in logs and headers as it is.
    private static func isDecent(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
    }

    private static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bits = withUnsafeBytes(of: generator.next() as UInt64) { Array($0) }
        return Hexadecimal.string(bits)
    }
}
