// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird

/// What is known of a request besides itself.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in answers and logs: the client's `X-Request-Id`, or one that was made.
    var correlationID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// The route's pattern, for metrics and logs: bounded, unlike the path.
    var route: String {
        // The framework's own word for a request that no route took is no path.
        endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "unmatched"
    }
}
