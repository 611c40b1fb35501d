// SPDX-License-Identifier: Apache-2.0

internal import SignetSigning

/// Which endpoints requests are sent to: AWS's own, and those that are listed. A request's `s3Endpoint` is no way into the
/// network.
package struct EndpointPolicy: Sendable {
    private var origins: Set<String>

    /// - Parameter listed: Origins, e.g. `https://minio.example:9000`; what follows the port is ignored.
    package init(listed: [String] = []) {
        origins = Set(listed.compactMap(Self.origin))
    }

    /// Allows what another one does as well.
    package func union(_ other: EndpointPolicy) -> EndpointPolicy {
        var union = self
        union.origins.formUnion(other.origins)
        return union
    }

    /// Whether the origin of a URL is listed.
    package func lists(_ url: String) -> Bool {
        Self.origin(url).map(origins.contains) ?? false
    }

    func check(_ endpoint: S3Endpoint) throws(S3Error) {
        guard endpoint.isCustom, !lists(endpoint.origin) else { return }
        throw S3Error(
            .endpointNotAllowed,
            message:
                "requests are not sent to \(endpoint.origin); list it in the credential profile's allowedEndpoints, "
                + "or give --allow-endpoint"
        )
    }

    /// Whether a text is an endpoint that can be listed.
    package static func isOrigin(_ text: String) -> Bool {
        origin(text).map { $0.hasPrefix("http://") || $0.hasPrefix("https://") } ?? false
    }

    /// Scheme, host and port, the port always written.
    private static func origin(_ text: String) -> String? {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        let authority = text[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let behindAddress = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority[...]
        if behindAddress.contains(":") { return "\(scheme)://\(authority)" }
        return "\(scheme)://\(authority):\(scheme == "https" ? 443 : 80)"
    }
}
