// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation

/// Reads the fields of a request's body by name and type, and collects what is wrong with them.
///
/// Null and the empty string count as not given: many clients send them for what they leave out.
package struct FieldReader {
    /// Unknown fields that are named: a body may hold tens of thousands.
    private static let maximumWarnings = 20

    private let fields: [String: JSONValue]
    /// Names that were asked for, in order: the ones that the request may have.
    private var known: [String] = []
    package private(set) var failures: [FailureError] = []

    package init(_ fields: [String: JSONValue]) {
        self.fields = fields
    }

    /// A string, or `nil` if it was not given or is of another type.
    package mutating func string(_ name: String) -> String? {
        switch take(name) {
        case nil: return nil
        case .string(let text)?: return text
        case let value?:
            note(name, expected: "a string", found: value)
            return nil
        }
    }

    /// A string that must be given; empty after a failure was noted.
    package mutating func required(_ name: String, _ remedy: String) -> String {
        let count = failures.count
        if let text = string(name) { return text }
        if failures.count == count {
            note(FailureError(.missingField, field: name, message: "\(name) is missing or empty; \(remedy)"))
        }
        return ""
    }

    /// Bytes in base64; empty if it was not given or is none. The text is never repeated: it may be a secret.
    mutating func base64(_ name: String) -> Data {
        guard let text = string(name) else { return Data() }
        if let bytes = Data(base64Encoded: text) { return bytes }
        note(FailureError(.invalidValue, field: name, message: "\(name) is no base64 (RFC 4648, section 4)"))
        return Data()
    }

    /// A whole number; one written as a string or with a fraction is of the wrong type.
    package mutating func integer(_ name: String) -> Int64? {
        switch take(name) {
        case nil: return nil
        case .integer(let integer)?: return integer
        case let value?:
            note(name, expected: "an integer", found: value)
            return nil
        }
    }

    /// A whole number that must be given; 0 after a failure was noted.
    mutating func requiredInteger(_ name: String, _ remedy: String) -> Int64 {
        let count = failures.count
        if let number = integer(name) { return number }
        if failures.count == count {
            note(FailureError(.missingField, field: name, message: "\(name) is missing; \(remedy)"))
        }
        return 0
    }

    /// `true` or `false`; one written as a string or number is of the wrong type.
    package mutating func flag(_ name: String) -> Bool? {
        switch take(name) {
        case nil: return nil
        case .bool(let flag)?: return flag
        case let value?:
            note(name, expected: "true or false", found: value)
            return nil
        }
    }

    /// An object of strings, as pairs in the order of their names.
    package mutating func strings(_ name: String) -> [(name: String, value: String)] {
        switch take(name) {
        case nil: return []
        case .object(let object)?:
            var pairs: [(name: String, value: String)] = []
            for (key, value) in object.sorted(by: { $0.key < $1.key }) {
                if case .string(let text) = value {
                    pairs.append((key, text))
                } else {
                    note("\(name).\(key)", expected: "a string", found: value)
                }
            }
            return pairs
        case let value?:
            note(name, expected: "an object of strings", found: value)
            return []
        }
    }

    /// An array of strings, or `nil` if it was not given or is of another type.
    package mutating func texts(_ name: String) -> [String]? {
        elements(name, each: "a string", all: "an array of strings") { value in
            if case .string(let text) = value { text } else { nil }
        }
    }

    /// An array of whole numbers, likewise.
    mutating func integers(_ name: String) -> [Int64]? {
        elements(name, each: "an integer", all: "an array of integers") { value in
            if case .integer(let integer) = value { integer } else { nil }
        }
    }

    /// An array of objects, each to be read on its own, likewise.
    mutating func objects(_ name: String) -> [[String: JSONValue]]? {
        elements(name, each: "an object", all: "an array of objects") { value in
            if case .object(let members) = value { members } else { nil }
        }
    }

    /// Whether a field is an array whose first element is an object.
    func beginsWithObject(_ name: String) -> Bool {
        if case .array(let values)? = fields[name], case .object? = values.first { true } else { false }
    }

    private mutating func elements<Element>(
        _ name: String,
        each: String,
        all: String,
        _ read: (JSONValue) -> Element?
    ) -> [Element]? {
        switch take(name) {
        case nil: return nil
        case .array(let values)?:
            var elements: [Element] = []
            for (index, value) in values.enumerated() {
                guard let element = read(value) else {
                    note("\(name)[\(index)]", expected: each, found: value)
                    break
                }
                elements.append(element)
            }
            return elements
        case let value?:
            note(name, expected: all, found: value)
            return nil
        }
    }

    /// Takes over what is wrong with the fields of an object that is a field itself.
    mutating func note(_ failures: [FailureError], under path: String) {
        for failure in failures {
            note(FailureError(failure.code, field: "\(path).\(failure.field)", message: failure.message))
        }
    }

    /// A point in time: RFC 3339 text or Unix seconds, as Unix milliseconds.
    package mutating func time(_ name: String) -> Int64? {
        switch take(name) {
        case nil: return nil
        case .integer(let seconds)?:
            let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
            if !overflow, seconds > 0 { return milliseconds }
        case .string(let text)?:
            if let milliseconds = RFC3339.unixMilliseconds(text) { return milliseconds }
        case let value?:
            note(name, expected: "an RFC 3339 string or Unix seconds", found: value)
            return nil
        }
        note(
            FailureError(
                .invalidValue,
                field: name,
                message: "\(name) is no point in time; write it as 2026-01-31T23:59:59Z or in Unix seconds"
            )
        )
        return nil
    }

    /// Notes what is wrong with a field beyond its type, e.g. that it excludes another.
    mutating func note(_ failure: FailureError) {
        failures.append(failure)
    }

    /// Whether a field was given, whatever its type.
    package func has(_ name: String) -> Bool {
        switch fields[name] {
        case nil, .null, .string("")?: false
        default: true
        }
    }

    /// Warnings for the fields that nothing asked for; or, if anything was wrong, that.
    ///
    /// Called once, when every field has been asked for.
    package func finish() throws(Problem) -> [String] {
        if let first = failures.first { throw Problem(first, and: Array(failures.dropFirst())) }
        let known = Set(known)
        let unknown = fields.keys.filter { !known.contains($0) }.sorted()
        var warnings = unknown.prefix(Self.maximumWarnings).map { name in
            // A name is the client's text: shown, but not at any length.
            let shown = name.count > 64 ? name.prefix(64) + "…" : name[...]
            guard let nearest = NearestName.of(name, among: self.known) else {
                return "unknown field \"\(shown)\" was ignored"
            }
            return "unknown field \"\(shown)\" was ignored; did you mean \"\(nearest)\"?"
        }
        if unknown.count > Self.maximumWarnings {
            warnings.append("\(unknown.count - Self.maximumWarnings) more unknown fields were ignored")
        }
        return warnings
    }

    private mutating func take(_ name: String) -> JSONValue? {
        known.append(name)
        return has(name) ? fields[name] : nil
    }

    private mutating func note(_ name: String, expected: String, found: JSONValue) {
        note(
            FailureError(
                .invalidType,
                field: name,
                message: "\(name) must be \(expected), but the request has \(found.kind)"
            )
        )
    }
}
