// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Testing

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws(FailureError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    @Test(arguments: [
        ("null", JSONValue.null), ("true", .bool(true)), (" false\r\n\t", .bool(false)), ("0", .integer(0)),
        ("-0", .integer(0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number), ("1.0", .number), ("1e3", .number), ("-1.5E-300", .number),
        ("1e999999999", .number), (#""""#, .string("")), (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u00e9\uD83D\ude00""#, .string("é😀")), (#""\u0000""#, .string("\u{0}")), (#""é😀""#, .string("é😀")),
        ("[]", .array([])), ("[ 1 , [ ] ]", .array([.integer(1), .array([])])), ("{}", .object([:])),
        (#"{"a":{"b":[null]},"":1}"#, .object(["a": .object(["b": .array([.null])]), "": .integer(1)])),
    ])
    func validTextsAreRead(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10",
        "'a'", #"""#, #""abc"#, #""\x""#, #""\u12""#, #""\u12G4""#, #""\"#, "\"\n\"", "\"\u{0}\"", "[", "[1", "[1,",
        "[1,]",
        "[,1]", "[1 2]", "]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", #"{"a":1 "b":2}"#, #"{"a":1}}"#,
        "1 2", "{} {}", "// comment\n1", "\u{FEFF}{}", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":1}"#,
    ])
    func brokenTextsAreRefused(text: String) {
        let error = #expect(throws: FailureError.self) { try parse(text) }
        #expect(error?.code == .malformed)
    }

    @Test(arguments: [
        #""\uD800""#, #""\uDC00""#, #""\uD800x""#, #""\uD800\n""#, #""\uD800\uD800""#, #""\uD800\u0041""#,
        #""\uDC00\uD800""#,
    ])
    func halfSurrogatesAreRefused(text: String) {
        #expect(throws: FailureError.self) { try parse(text) }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func bytesThatAreNoUTF8AreRefused(bytes: [UInt8]) {
        for text in [bytes, Array(#"\n"#.utf8) + bytes] {
            let quoted = [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]
            #expect(throws: FailureError.self) { try JSONParser.parse(quoted) }
        }
        #expect(throws: FailureError.self) { try JSONParser.parse(bytes) }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func depthIsBounded(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        _ = try parse(nested(JSONParser.maximumDepth))
        #expect(throws: FailureError.self) { try parse(nested(JSONParser.maximumDepth + 1)) }
        // Far beyond any stack, closed or not.
        #expect(throws: FailureError.self) { try parse(nested(200_000)) }
        #expect(throws: FailureError.self) { try parse(String(repeating: open, count: 200_000)) }
    }

    @Test func depthCountsWhatIsOpenAndNotWhatWas() throws {
        let text = "[" + Array(repeating: "[[]]", count: 1_000).joined(separator: ",") + "]"
        _ = try parse(text)
    }

    @Test func numbersOfAnyLengthAreRead() throws {
        #expect(try parse(String(repeating: "9", count: 500_000)) == .number)
        #expect(try parse("0." + String(repeating: "3", count: 500_000)) == .number)
    }

    @Test func placeOfTheBreakIsNamedAndItsTextIsNot() {
        let error = #expect(throws: FailureError.self) { try parse("{\n  \"s3SecretKey\": hunter2\n}") }
        #expect(error?.message.contains("line 2, column 18") == true)
        #expect(error?.message.contains("hunter2") == false)
    }

    @Test func everyPrefixOfAValidTextIsRefusedWithoutATrap() throws {
        let text = Array(#"{"a":[1,-2.5e3,true,null,"é\u00e9\ud83d\ude00\n"],"b":{"c":""}}"#.utf8)
        _ = try JSONParser.parse(text)
        for end in text.indices {
            #expect(throws: FailureError.self) { try JSONParser.parse(Array(text[..<end])) }
        }
    }

    @Test func noChangedByteTraps() throws {
        let text = Array(#"{"a":[1,-2.5e3,true,null,"é\u00e9\ud83d\ude00\n"],"b":{"c":""}}"#.utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                _ = try? JSONParser.parse(changed)
            }
        }
    }

    @Test(arguments: ["", "[]", "1", "null", #""{}""#])
    func bodyMustBeAnObject(text: String) {
        let error = #expect(throws: FailureError.self) { try JSONValue.object(from: Array(text.utf8)) }
        #expect(error?.code == .malformed)
    }
}
