// SPDX-License-Identifier: Apache-2.0

import Foundation
import SwiftProtobuf

/// A JSON value as SwiftProtobuf reads it: the independent view of what the gateway writes.
///
/// Not by `Decodable`, which finds out by errors what a value is not: the test runner records the stack of each of them,
/// and the answers of batches kept both threads of the pool busy with it for seconds.
enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(_ bytes: Data) throws {
        self.init(try Google_Protobuf_Value(jsonUTF8Bytes: bytes))
    }

    subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    subscript(index: Int) -> JSON? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    var object: [String: JSON]? { if case .object(let members) = self { members } else { nil } }
}

extension JSON {
    private init(_ value: Google_Protobuf_Value) {
        self =
            switch value.kind {
            case .boolValue(let flag): .bool(flag)
            case .numberValue(let number): .number(number)
            case .stringValue(let text): .string(text)
            case .listValue(let list): .array(list.values.map(JSON.init))
            case .structValue(let members): .object(members.fields.mapValues(JSON.init))
            case .nullValue, nil: .null
            }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Dictionary(elements) { $1 }) }
}
