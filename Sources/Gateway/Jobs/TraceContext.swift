// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

/// The caller's trace (W3C Trace Context), passed on as it is.
struct TraceContext: Sendable {
    let parent: String?
    let state: String?

    init(_ headers: HTTPFields) {
        let parent = headers[.traceParent].flatMap { Self.isParent($0) ? $0 : nil }
        self.parent = parent
        // A state without a parent says nothing (section 3.3); 512 bytes is what must be passed on (section 3.3.1.5).
        state = parent == nil ? nil : headers[.traceState].flatMap { $0.utf8.count <= 512 ? $0 : nil }
    }

    /// Whether the text is a `traceparent` of version 00 or one that extends it: `00-<32 hex>-<16 hex>-<2 hex>`.
    private static func isParent(_ text: String) -> Bool {
        text.utf8.count <= 128 && text.prefixMatch(of: /[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/) != nil
    }
}
