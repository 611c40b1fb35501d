// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

/// The headers as those tools write them.
@Suite struct DeadLetterReasonTests {
    private static func bytes(_ headers: [String: String]) -> [String: [UInt8]] { headers.mapValues { Array($0.utf8) } }

    @Test func springsNumbersAreBigEndianBytes() throws {
        var headers = Self.bytes([
            "kafka_dlt-original-topic": "orders", "kafka_dlt-exception-fqcn": "java.lang.IllegalStateException",
            "kafka_dlt-exception-message": "no", "kafka_dlt-original-consumer-group": "g",
        ])
        headers["kafka_dlt-original-partition"] = [0, 0, 0, 7]
        headers["kafka_dlt-original-offset"] = [0, 0, 0, 0, 0, 0, 1, 2]
        headers["kafka_dlt-original-timestamp"] = [0, 0, 1, 0x8B, 0xCF, 0xE5, 0x68, 0]
        let reason = try #require(DeadLetterReason(headers))
        #expect(reason.vocabulary == .spring)
        #expect(reason.topic == "orders" && reason.partition == 7 && reason.offset == 258)
        #expect(reason.timestamp == 1_700_000_000_000 && reason.group == "g")
        #expect(reason.code == "java.lang.IllegalStateException" && reason.message == "no")
    }

    @Test func connectsNumbersAreText() throws {
        let reason = try #require(
            DeadLetterReason(
                Self.bytes([
                    "__connect.errors.topic": "orders", "__connect.errors.partition": "3",
                    "__connect.errors.offset": "42", "__connect.errors.connector.name": "sink",
                    "__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException",
                    "__connect.errors.exception.message": "bad",
                ])
            )
        )
        #expect(reason.vocabulary == .connect)
        #expect(reason.topic == "orders" && reason.partition == 3 && reason.offset == 42 && reason.group == "sink")
        #expect(reason.code.hasSuffix("DataException") && reason.message == "bad")
    }

    @Test func streamsNumbersAreText() throws {
        let reason = try #require(
            DeadLetterReason(
                Self.bytes([
                    "__streams.errors.topic": "orders", "__streams.errors.partition": "0",
                    "__streams.errors.offset": "9", "__streams.errors.exception": "java.lang.RuntimeException",
                    "__streams.errors.message": "boom", "__streams.errors.stacktrace": "at …",
                ])
            )
        )
        #expect(reason.vocabulary == .streams)
        #expect(reason.topic == "orders" && reason.partition == 0 && reason.offset == 9)
        #expect(reason.code == "java.lang.RuntimeException" && reason.message == "boom")
    }

    @Test func anythingElseHasNoReasonAndNothingTraps() {
        #expect(DeadLetterReason(["trace": [1]]) == nil)
        let odd = DeadLetterReason([
            "kafka_dlt-original-partition": [], "kafka_dlt-original-offset": [UInt8](repeating: 0xFF, count: 30),
            "kafka_dlt-exception-message": [UInt8](repeating: 0xFF, count: 100_000),
        ])
        #expect(odd?.partition == nil && odd?.offset == nil)
        #expect((odd?.message.utf8.count ?? 0) < 10_000)
        #expect(DeadLetterReason(Self.bytes(["__connect.errors.partition": "many"]))?.partition == nil)
    }

    @Test(arguments: [
        "https://h/k?X-Amz-Algorithm=A&X-Amz-Signature=0123abcd&x=1", "X-Amz-Security-Token=IQoJb3//==",
        "https://d.cloudfront.net/k?Expires=1&Signature=abc~-_&Key-Pair-Id=K", "X-Amz-Signature%3D0123abcd",
    ])
    func signaturesAreNotShown(text: String) {
        let shown = DeadLetter.withoutSignatures(text)
        #expect(shown.contains("redacted"))
        for secret in ["0123abcd", "IQoJ", "abc~-_"] { #expect(!shown.contains(secret)) }
    }

    @Test(arguments: ["", "a", "a/1", "a/1/x", "a/-1/0", "a/1/-1", "/1/2", "a/1/2/3", "a/99999999999/1"])
    func whatIsNoPlaceIsNone(text: String) {
        #expect(DeadLetter.Place(text) == nil)
        #expect(DeadLetter.Place("signet.jobs.signing-dlt/3/17")?.description == "signet.jobs.signing-dlt/3/17")
    }
}
