// SPDX-License-Identifier: Apache-2.0

/// Path and query of a received request as servers understand them: decoded once, then brought into canonical form.
struct RequestTarget: Sendable {
    /// A query parameter.
    struct Parameter: Sendable {
        /// Encoded in canonical form.
        let name: String
        /// Encoded in canonical form.
        let value: String
        /// Decoded; `nil` if it is no UTF-8.
        let text: String?
    }

    /// Encoded in canonical form.
    let path: String
    /// In the order in which they came.
    let parameters: [Parameter]

    /// - Parameters:
    ///   - path: As it came, with its leading slash.
    ///   - query: As it came, without the question mark.
    init(path: String, query: String) throws(SigningError) {
        guard path.utf8.allSatisfy(Self.isPrintable), path.utf8.first == UInt8(ascii: "/"),
            let decoded = PercentDecoding.bytes(path, plusIsSpace: false)
        else {
            throw SigningError(
                .invalidPath,
                parameter: "path",
                message: "the path must begin with a slash and be percent-encoded; a plain % is written as %25"
            )
        }
        self.path = PercentEncoding.encode(decoded, keepsSlash: true)
        var parameters: [Parameter] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard pair.allSatisfy(Self.isPrintable),
                let name = PercentDecoding.bytes(Substring(pair[..<equals]), plusIsSpace: true),
                let value = PercentDecoding.bytes(Substring(pair[equals...].dropFirst()), plusIsSpace: true)
            else {
                throw SigningError(
                    .invalidQuery,
                    parameter: "query",
                    message: "the query must be percent-encoded; a plain % is written as %25"
                )
            }
            let parameter = Parameter(
                name: PercentEncoding.encode(name, keepsSlash: false),
                value: PercentEncoding.encode(value, keepsSlash: false),
                text: String(validating: value, as: UTF8.self)
            )
            parameters.append(parameter)
        }
        self.parameters = parameters
    }

    /// The canonical query.
    ///
    /// - Parameter left: A parameter that is no part of it: the signature itself.
    func query(without left: String? = nil) -> String {
        CanonicalQuery.join(parameters.filter { $0.name != left }.map { ($0.name, $0.value) })
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte)
    }
}
