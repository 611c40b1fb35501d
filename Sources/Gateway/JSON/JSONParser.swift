// SPDX-License-Identifier: Apache-2.0

package import Contract

/// Reads JSON strictly (RFC 8259), and says where it is broken.
///
/// Foundation's decoder takes trailing commas, bare control characters and lone surrogates without a word: what a
/// client sends by mistake would be signed as something else.
package struct JSONParser {
    /// Objects and arrays within each other, at most.
    package static let maximumDepth = 32

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// Reads a text that is one JSON value.
    ///
    /// - Throws: `malformed`, with line, column and what was expected there; never with the text itself.
    package static func parse(_ bytes: [UInt8]) throws(FailureError) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.broken("the end") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func value() throws(FailureError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte): return try number()
        default: throw broken("a value")
        }
    }

    // MARK: Objects and arrays

    /// Names must differ: of two values for one field either could be meant (RFC 8259, section 4).
    private mutating func object() throws(FailureError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        try descend()
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw broken("a member's name in double quotes") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw broken("a colon") }
            skipSpace()
            let value = try value()
            guard members.updateValue(value, forKey: name) == nil else {
                throw broken("another name than one that the object has already")
            }
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw broken("a comma or }") }
        return members
    }

    private mutating func array() throws(FailureError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try descend()
        defer { depth -= 1 }
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            skipSpace()
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw broken("a comma or ]") }
        return elements
    }

    private mutating func descend() throws(FailureError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw broken("at most \(Self.maximumDepth) levels") }
        position += 1
        skipSpace()
    }

    // MARK: Strings

    private mutating func string() throws(FailureError) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if next == UInt8(ascii: "\"") {
            guard let text = String(validating: bytes[start..<position], as: UTF8.self) else { throw broken("UTF-8") }
            position += 1
            return text
        }
        return try escapedString(from: start)
    }

    /// The slow way, for a string with escapes; `position` is at the first byte that needs care.
    private mutating func escapedString(from start: Int) throws(FailureError) -> String {
        var unescaped = Array(bytes[start..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else { throw broken("UTF-8") }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                unescaped.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20:
                throw broken("no bare control character in a string")
            default:
                unescaped.append(byte)
                position += 1
            }
        }
        throw broken("the string's end")
    }

    private mutating func escape() throws(FailureError) -> Unicode.Scalar {
        let byte = next
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte ?? 0)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // A surrogate: the low half must follow the high one.
            guard (0xD800...0xDBFF).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw broken("a pair of surrogates")
            }
            let low = try hexadecimal()
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw broken("a pair of surrogates") }
            return scalar
        default:
            position -= 1
            throw broken("an escape that JSON knows")
        }
    }

    private mutating func hexadecimal() throws(FailureError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap(Hexadecimal.value(of:)) else { throw broken("four hexadecimal digits") }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    // MARK: Numbers and literals

    private mutating func number() throws(FailureError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let isZero = next == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && !isZero else { throw broken("a number without leading zeros") }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard skipDigits() > 0 else { throw broken("a digit") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw broken("a digit") }
        }
        guard isInteger, let integer = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            return .number
        }
        return .integer(integer)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, Self.digits.contains(byte) { position += 1 }
        return position - start
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(FailureError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw broken("true, false or null") }
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func broken(_ expected: String) -> FailureError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return FailureError(
            .malformed,
            message: "the body is no valid JSON: \(expected) was expected at line \(line), column \(column)"
        )
    }
}
