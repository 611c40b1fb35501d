// SPDX-License-Identifier: Apache-2.0

package import Contract

/// A JSON value as it was sent: what is expected of it is decided by whoever reads the field.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no 64-bit integer: written with a fraction or an exponent, or too large.
    case number
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// What the value is, for messages: `a string`.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number that is no 64-bit integer"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Reads a request's body, which must be an object.
    ///
    /// - Throws: `malformed`.
    package static func object(from bytes: [UInt8]) throws(FailureError) -> [String: JSONValue] {
        guard !bytes.isEmpty else {
            throw FailureError(.malformed, message: "the body is empty; send one JSON object")
        }
        let value = try JSONParser.parse(bytes)
        guard case .object(let members) = value else {
            throw FailureError(.malformed, message: "the body is \(value.kind); send one JSON object")
        }
        return members
    }
}
