// SPDX-License-Identifier: Apache-2.0

/// What a presigned request does with an object (S3 API Reference, operations on objects).
public enum S3Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case put = "PUT"
    case head = "HEAD"
    case delete = "DELETE"

    /// S3's own name of the operation, e.g. `PutObject`.
    public var operation: String {
        switch self {
        case .get: "GetObject"
        case .put: "PutObject"
        case .head: "HeadObject"
        case .delete: "DeleteObject"
        }
    }

    /// The method of an operation; `nil` if there is none of that name.
    public init?(operation: String) {
        guard let method = Self.allCases.first(where: { $0.operation == operation }) else { return nil }
        self = method
    }
}
