// SPDX-License-Identifier: Apache-2.0

/// What a policy demands of a form (S3 API Reference, "POST Policy", condition matching).
public enum POSTCondition: Sendable, Hashable {
    /// A field has exactly this value; the form carries it.
    case exact(field: String, value: String)
    /// A field, which the client fills in, begins with this; an empty prefix allows any value.
    case startsWith(field: String, prefix: String)
    /// Bytes of the file, both ends included.
    case contentLength(from: Int64, to: Int64)

    /// As the policy writes it.
    var json: String {
        switch self {
        case .exact(let field, let value): "{\(JSONText.asciiString(field)):\(JSONText.asciiString(value))}"
        case .startsWith(let field, let prefix):
            "[\"starts-with\",\(JSONText.asciiString("$\(field)")),\(JSONText.asciiString(prefix))]"
        case .contentLength(let least, let most): "[\"content-length-range\",\(least),\(most)]"
        }
    }

    /// The field that it is about; `nil`: the file.
    var field: String? {
        switch self {
        case .exact(let field, _), .startsWith(let field, _): field
        case .contentLength: nil
        }
    }
}
