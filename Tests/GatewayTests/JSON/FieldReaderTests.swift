// SPDX-License-Identifier: Apache-2.0

import Contract
import Gateway
import Testing

@Suite struct FieldReaderTests {
    private func reader(_ text: String) throws -> FieldReader {
        FieldReader(try JSONValue.object(from: Array(text.utf8)))
    }

    @Test(arguments: [#"{}"#, #"{"a":null}"#, #"{"a":""}"#])
    func nullAndEmptyCountAsMissing(text: String) throws {
        var fields = try reader(text)
        #expect(!fields.has("a"))
        #expect(fields.string("a") == nil)
        #expect(fields.failures.isEmpty)
        #expect(fields.required("a", "give it") == "")
        #expect(fields.failures.map(\.code) == [.missingField])
        #expect(fields.failures.first?.field == "a")
    }

    @Test(arguments: ["1", "1.5", "true", "[]", "{}", #"["x"]"#])
    func otherTypeThanAStringIsNamed(value: String) throws {
        var fields = try reader(#"{"a":\#(value)}"#)
        #expect(fields.required("a", "give it") == "")
        #expect(fields.failures.map(\.code) == [.invalidType])
    }

    @Test(arguments: [#""3600""#, "3600.0", "1e3", "true", "[3600]", "99999999999999999999"])
    func wholeNumbersAreWrittenAsSuch(value: String) throws {
        var fields = try reader(#"{"a":\#(value)}"#)
        #expect(fields.integer("a") == nil)
        #expect(fields.failures.map(\.code) == [.invalidType])
        #expect(fields.failures.first?.field == "a")
    }

    @Test(
        arguments: [
            ("1767225599", 1_767_225_599_000), (#""2025-12-31T23:59:59Z""#, 1_767_225_599_000),
            (#""2026-01-01T00:59:59+01:00""#, 1_767_225_599_000), (#""2025-12-31T23:59:59.250Z""#, 1_767_225_599_250),
        ] as [(String, Int64)]
    )
    func timesAreTextOrSeconds(value: String, milliseconds: Int64) throws {
        var fields = try reader(#"{"a":\#(value)}"#)
        #expect(fields.time("a") == milliseconds)
        #expect(fields.failures.isEmpty)
    }

    @Test(arguments: [
        ("-1", FailureCode.invalidValue), ("0", .invalidValue), ("9223372036854775807", .invalidValue),
        (#""tomorrow""#, .invalidValue), (#""2026-13-01T00:00:00Z""#, .invalidValue), ("true", .invalidType),
        ("1.5", .invalidType),
    ])
    func impossibleTimesAreRefused(value: String, code: FailureCode) throws {
        var fields = try reader(#"{"a":\#(value)}"#)
        #expect(fields.time("a") == nil)
        #expect(fields.failures.map(\.code) == [code])
    }

    @Test func pairsComeInTheOrderOfTheirNamesAndWrongOnesAreNamed() throws {
        var fields = try reader(#"{"m":{"b":"2","a":"1","c":3}}"#)
        let pairs = fields.strings("m")
        #expect(pairs.map(\.name) == ["a", "b"])
        #expect(pairs.map(\.value) == ["1", "2"])
        #expect(fields.failures.map(\.field) == ["m.c"])
        #expect(fields.failures.map(\.code) == [.invalidType])
    }

    @Test(arguments: [
        ("S3bucket", "s3Bucket"), ("s3Buckt", "s3Bucket"), ("bucket", "s3Bucket"), ("s3Region", nil), ("x", nil),
        ("", nil),
    ])
    func unknownFieldsAreNamedWithTheNearestKnownOne(name: String, nearest: String?) throws {
        var fields = try reader(#"{"\#(name)":1}"#)
        _ = fields.string("s3Bucket")
        let warnings = try fields.finish()
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("\"\(name)\"") == true)
        #expect(warnings.first?.contains("did you mean \"s3Bucket\"") == (nearest != nil))
    }

    @Test func warningsAreBoundedInNumberAndLength() throws {
        let names = (0..<50_000).map { #""unknown\#($0)\#(String(repeating: "x", count: $0 == 0 ? 10_000 : 0))":0"# }
        var fields = try reader("{" + names.joined(separator: ",") + "}")
        _ = fields.string("known")
        let warnings = try fields.finish()
        #expect(warnings.count == 21)
        #expect(warnings.last == "49980 more unknown fields were ignored")
        #expect(warnings.allSatisfy { $0.count < 200 })
    }

    @Test func everythingWrongIsToldAtOnceAndTheFirstCounts() throws {
        var fields = try reader(#"{"b":1}"#)
        _ = fields.required("a", "give it")
        _ = fields.string("b")
        let problem = #expect(throws: Problem.self) { try fields.finish() }
        #expect(problem?.failures.map(\.field) == ["a", "b"])
    }
}
