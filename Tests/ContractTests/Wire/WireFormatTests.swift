// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SwiftProtobuf
import Testing

@Suite struct WireFormatTests {
    private static func detect(_ contentType: String?, _ value: String) -> WireFormat? {
        Array(value.utf8).withUnsafeBytes { value in
            guard let contentType else { return WireFormat(contentType: nil, value: value) }
            return Array(contentType.utf8).withUnsafeBytes { WireFormat(contentType: $0, value: value) }
        }
    }

    private static func decode<Message: SwiftProtobuf.Message>(
        _ type: Message.Type,
        _ format: WireFormat,
        _ bytes: [UInt8]
    ) throws(FailureError) -> (message: Message, warnings: [String]) {
        var warnings: [String] = []
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(FailureError) in try format.decode(type, from: buffer, warnings: &warnings) }
        }
        return (try result.get(), warnings)
    }

    // MARK: Detection

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON",
        "application/json ; q=1",
    ])
    func contentTypeOfJSON(contentType: String) {
        // The header counts, not the value.
        #expect(Self.detect(contentType, "\u{8}\u{1}") == .json)
    }

    @Test(arguments: [
        "application/protobuf", "application/x-protobuf", "APPLICATION/PROTOBUF", "application/protobuf; messageType=x",
    ])
    func contentTypeOfProtobuf(contentType: String) {
        #expect(Self.detect(contentType, "{}") == .protobuf)
    }

    @Test(arguments: [
        "text/plain", "application/xml", "application/jsonp", "application/json+x", "json", ";", "\u{0}",
        "application/",
    ])
    func anotherContentTypeIsUnknown(contentType: String) {
        #expect(Self.detect(contentType, "{}") == nil)
    }

    @Test(arguments: [nil, ""] as [String?])
    func withoutContentTypeTheFirstByteDecides(contentType: String?) {
        #expect(Self.detect(contentType, "{\"version\":1}") == .json)
        #expect(Self.detect(contentType, "\u{8}\u{1}") == .protobuf)
        #expect(Self.detect(contentType, " {}") == .protobuf)
        #expect(Self.detect(contentType, "") == .protobuf)
    }

    @Test func headerThatIsNoUTF8NeverTraps() {
        let bytes: [UInt8] = [0xFF, 0xFE, 0x3B]
        let format = bytes.withUnsafeBytes { WireFormat(contentType: $0, value: $0) }
        #expect(format == nil)
    }

    @Test func contentTypesThatAreWrittenAreReadBack() {
        for format in [WireFormat.json, .protobuf] {
            #expect(Self.detect(format.contentType, "x") == format)
        }
    }

    // MARK: Bytes

    /// By hand, after the encoding guide of Protocol Buffers: field 1 varint 1, field 2 text "j", field 3 varint 300.
    static let chunk300: [UInt8] = [0x08, 0x01, 0x12, 0x01, 0x6A, 0x18, 0xAC, 0x02]

    @Test func protobufIsReadAndWrittenAsTheEncodingGuideSays() throws {
        let (job, warnings) = try Self.decode(Job.self, .protobuf, Self.chunk300)
        #expect(job.version == 1)
        #expect(job.jobID == "j")
        #expect(job.chunk == 300)
        #expect(warnings.isEmpty)
        #expect(try WireFormat.protobuf.encode(job) == Self.chunk300)
    }

    @Test func namesInJSONAreTheDocumentedOnes() throws {
        let text = """
            {"version":1,"jobId":"j","deadlineMs":1700000000000,"s3Signing":{"s3Bucket":"b","expiresIn":60,
             "sealedCredential":{"keyId":"k","encapsulatedKey":"AQI="},"items":[{"id":"1","key":"k"}]}}
            """
        let (job, warnings) = try Self.decode(Job.self, .json, Array(text.utf8))
        #expect(job.deadlineMs == 1_700_000_000_000)
        #expect(job.s3Signing.s3Bucket == "b")
        #expect(job.s3Signing.expiresIn == 60)
        #expect(job.s3Signing.sealedCredential.encapsulatedKey == Data([1, 2]))
        #expect(job.s3Signing.items.map(\.key) == ["k"])
        #expect(warnings.isEmpty)
    }

    @Test func numbersOfSixtyFourBitsAreJSONNumbers() throws {
        var job = Job()
        job.jobID = "j"
        job.signingTimeMs = 1_700_000_000_123
        let written = String(decoding: try WireFormat.json.encode(job), as: UTF8.self)
        #expect(written == #"{"jobId":"j","signingTimeMs":1700000000123}"#)
    }

    @Test func numbersInQuotesAreReadToo() throws {
        let (job, _) = try Self.decode(Job.self, .json, Array(#"{"signingTimeMs":"1700000000123"}"#.utf8))
        #expect(job.signingTimeMs == 1_700_000_000_123)
    }

    @Test func unknownFieldOfJSONIsIgnoredAndNamed() throws {
        let text = #"{"jobId":"j","s3Bukket":"b","chunk":2}"#
        let (job, warnings) = try Self.decode(Job.self, .json, Array(text.utf8))
        #expect(job.jobID == "j")
        #expect(job.chunk == 2)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("s3Bukket") == true)
    }

    @Test func unknownFieldOfProtobufIsKept() throws {
        // Field 1000, varint 5, behind a known one.
        let bytes = Self.chunk300 + [0xC0, 0x3E, 0x05]
        let (job, warnings) = try Self.decode(Job.self, .protobuf, bytes)
        #expect(job.chunk == 300)
        #expect(warnings.isEmpty)
        #expect(try WireFormat.protobuf.encode(job) == bytes)
    }

    @Test(
        arguments: [
            (.protobuf, [0x12, 0x7F, 0x6A]), (.protobuf, [0xFF]), (.protobuf, [0x12, 0x02, 0xC3, 0x28]),
            (.json, Array("{".utf8)), (.json, Array("[]".utf8)), (.json, Array("{\"chunk\":-1}".utf8)),
            (.json, Array("{\"chunk\":\"x\"}".utf8)), (.json, Array("{\"unknown\":{\"a\":}}".utf8)),
            (.json, [0x7B, 0xFF, 0x7D]),
            (.json, []), (.json, Array("{\"jobId\":\"j\"} trailing".utf8)),
        ] as [(WireFormat, [UInt8])]
    )
    func malformedBytesAreRefusedWithoutBeingRepeated(format: WireFormat, bytes: [UInt8]) {
        let failure = #expect(throws: FailureError.self) { try Self.decode(Job.self, format, bytes) }
        #expect(failure?.code == .malformed)
        #expect(failure?.message.contains("signet.v1.Job") == true)
        #expect(failure?.message.contains(format.contentType) == true)
    }

    @Test func deepNestingIsRefusedAndNeverOverflowsTheStack() {
        let deep = Array(String(repeating: "{\"s3Signing\":", count: 100_000).utf8)
        #expect(throws: FailureError.self) { try Self.decode(Job.self, .json, deep) }
        let unknown = Array(("{\"x\":" + String(repeating: "[", count: 200_000)).utf8)
        #expect(throws: FailureError.self) { try Self.decode(Job.self, .json, unknown) }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in UInt8.random(in: 0...255) }
            for format in [WireFormat.protobuf, .json] {
                do throws(FailureError) {
                    _ = try Self.decode(Job.self, format, bytes)
                    _ = try Self.decode(Reply.self, format, bytes)
                } catch {
                    #expect(error.code == .malformed)
                }
            }
        }
    }
}
