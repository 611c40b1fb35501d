// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SignetKafka
import SwiftProtobuf
import TestSupport
import Testing
import Worker

/// Plain jobs are answered on a way of their own, which must give what the handler of all jobs gives. Each job here is
/// sent twice to a worker: as it is, and with a field that nobody knows, which only the handler of all jobs takes.
@Suite(.takingTurns, .timeLimit(.minutes(3))) struct PlainJobTests {
    /// A field 999 of the value 1.
    private static let unknownField: [UInt8] = [0xB8, 0x3E, 0x01]

    /// What a client gets for a job, but for what the clock says.
    private struct Answer: Equatable {
        var reply: Reply
        let event: String
        let replyHeaders: [String: [UInt8]]
        let eventHeaders: [String: [UInt8]]
        let key: [UInt8]?

        init(_ reply: WorkerFixture.Letter, _ event: WorkerFixture.Letter) throws {
            self.reply = try reply.reply()
            // Canonical Protobuf, byte for byte.
            let again: [UInt8] = try self.reply.serializedBytes()
            #expect(again == reply.value)
            #expect(self.reply.completedAtMs > 1_700_000_000_000)
            self.reply.completedAtMs = 0
            let text = String(decoding: event.value ?? [], as: UTF8.self)
            #expect(text.contains("\"latencyMs\":"))
            self.event = text.replacing(/"latencyMs":[0-9.]+/, with: "")
            var headers = event.headers
            #expect(headers.removeValue(forKey: "ce_time")?.isEmpty == false)
            eventHeaders = headers
            headers = reply.headers
            headers[HeaderNames.correlationID] = nil
            replyHeaders = headers
            key = reply.key
        }
    }

    private static func answer(
        _ value: [UInt8],
        headers: [KafkaHeader] = [],
        of fixture: WorkerFixture
    ) async throws -> Answer {
        try await fixture.send([value], replyTo: fixture.topics.replies, headers: headers)
        return try Answer(
            try await fixture.next(on: fixture.topics.replies),
            try await fixture.next(on: fixture.topics.metrics)
        )
    }

    private static func compare(
        _ job: Job,
        headers: [KafkaHeader] = [],
        on fixture: WorkerFixture
    ) async throws -> Answer {
        let value: [UInt8] = try job.serializedBytes()
        var plain = try await answer(value, headers: headers, of: fixture)
        let other = try await answer(value + unknownField, headers: headers, of: fixture)
        if plain != other, job.signingTimeMs == 0 {
            // Signed at the worker's time, which went on to the next second between the two.
            plain = try await answer(value, headers: headers, of: fixture)
        }
        #expect(plain == other, "\(job)")
        return plain
    }

    @Test func plainJobsAreAnsweredAsAllJobsAre() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        var plain = 0
        var signed = 0
        try await WorkerFixture.run { fixture in
            for _ in 0..<150 {
                let job = Self.randomJob(&generator)
                let answer = try await Self.compare(job, on: fixture)
                var scanner = PlainJobScanner()
                let bytes: [UInt8] = try job.serializedBytes()
                if bytes.withUnsafeBytes({ scanner.scan($0) }) { plain += 1 }
                if case .s3Signing = answer.reply.result { signed += 1 }
            }
        }
        #expect(plain > 75 && signed > 25, "\(plain) plain, \(signed) signed, seed \(seed)")
    }

    @Test func everyHeaderThatGoesOnGoesOn() async throws {
        try await WorkerFixture.run { fixture in
            let trace = [
                KafkaHeader(
                    name: "traceparent",
                    value: Array("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".utf8)
                ),
                KafkaHeader(name: "tracestate", value: Array("rojo=00f067aa0ba902b7".utf8)),
                KafkaHeader(name: "content-type", value: Array("application/protobuf".utf8)),
            ]
            let answer = try await Self.compare(fixture.job(items: 3), headers: trace, on: fixture)
            #expect(answer.replyHeaders["traceparent"] == trace[0].value)
            #expect(answer.eventHeaders["tracestate"] == trace[1].value)
        }
    }

    /// Cut into parts, which only the handler of all jobs does.
    @Test func replyThatIsTooLargeForOneRecordComesInParts() async throws {
        try await WorkerFixture.run({ $0.maximumReplyBytes = 2_000 }) { fixture in
            let job = fixture.job(items: 100)
            try await fixture.send(job)
            let first = try await fixture.next(on: fixture.topics.replies).reply()
            #expect(first.parts > 1)
            var items = first.s3Signing.items.map(\.key)
            for _ in 1..<Int(first.parts) {
                items += try await fixture.next(on: fixture.topics.replies).reply().s3Signing.items.map(\.key)
            }
            #expect(Set(items) == Set(job.s3Signing.items.map(\.key)))
        }
    }

    /// Jobs of a batch that differ in head, topic and kind keep each to their own answer.
    @Test func neighboursOfManyKindsAreAllAnswered() async throws {
        try await WorkerFixture.run { fixture in
            var jobs: [Job] = []
            for number in 0..<60 {
                var job = fixture.job(items: number % 4 + 1)
                job.s3Signing.s3Bucket = number.isMultiple(of: 3) ? "bucket-a" : "bucket-b"
                if number.isMultiple(of: 7) { job.s3Signing.items[0].filename = "made.txt" }
                if number.isMultiple(of: 11) { job.s3Signing.items[0].key = String(repeating: "k", count: 1_025) }
                jobs.append(job)
            }
            try await fixture.send(jobs.map { try $0.serializedBytes() }, replyTo: fixture.topics.replies)
            var replies: [String: Reply] = [:]
            for _ in jobs {
                let reply = try await fixture.next(on: fixture.topics.replies).reply()
                replies[reply.jobID] = reply
            }
            for (number, job) in jobs.enumerated() {
                let reply = try #require(replies[job.jobID])
                if number.isMultiple(of: 11), job.s3Signing.items.count == 1 {
                    #expect(reply.failure.code == "invalid_key")
                } else {
                    #expect(
                        reply.s3Signing.items.map(\.hasFailure).filter(\.self).count
                            == (number.isMultiple(of: 11) ? 1 : 0)
                    )
                    #expect(reply.s3Signing.shared.first?.bucket == job.s3Signing.s3Bucket)
                }
            }
        }
    }

    // MARK: Jobs

    private static func randomJob(_ generator: inout SeededGenerator) -> Job {
        func one<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &generator)] }
        func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &generator) == 0 }
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        var job = Job()
        job.version = chance(40) ? 2 : 1
        job.jobID = chance(30) ? "no uuid" : UUID().uuidString.lowercased()
        job.chunk = one([0, 0, 1, 4_000_000_000])
        job.tenant = chance(30) ? "" : one(["default", "tenant \"x\"", "größe"])
        if chance(3) { job.caller = one(["a", "caller\\1", "日本"]) }
        if !chance(4) { job.signingTimeMs = now - one([0, 0, 1, 999, 5_000, 60_000, 60_000, -400_000]) }
        if chance(3) { job.deadlineMs = now + one([-1, 60_000, 60_000, 60_000, 100_000_000]) }
        if chance(4) { job.waitUntilMs = now + 3_600_000 }
        if chance(3) { job.echo = Data([0, 7, 255]) }
        job.s3Signing.operation = one([
            "GetObject", "GetObject", "PutObject", "PutObject", "HeadObject", "DeleteObject", "ListObjectsV2",
            "Nothing",
        ])
        job.s3Signing.s3Bucket = one([
            "my-bucket", "my-bucket", "my-bucket", "my.bucket", "other-bucket", "B",
            "arn:aws:s3:us-west-2:123456789012:accesspoint/mine",
        ])
        job.s3Signing.s3Region = one(["eu-central-1", "us-east-1", "us-west-2", "cn-north-1", "eu-west-3", "nowhere"])
        if chance(10) { job.s3Signing.s3Endpoint = one(["https://minio.example:9000", "nonsense"]) }
        if chance(4) { job.s3Signing.expiresIn = one([1, 3_600, 604_800, 604_801]) }
        if chance(5) { job.s3Signing.signingWindow = 60 }
        if chance(10) { job.s3Signing.s3CloudFrontDomain = "cdn.example.com" }
        if chance(6) { job.s3Signing.credentialProfile = one(["default", "default", "unknown"]) }
        if chance(3) { job.s3Signing.firstItem = one([0, 500, UInt64.max]) }
        if chance(2) {
            job.s3Signing.defaults.contentType = one(["image/jpeg", "text/plain; charset=\"utf-8\""])
            job.s3Signing.defaults.fileSize = one([0, 1_048_576, 5_000_000_000])
            job.s3Signing.defaults.s3StorageClass = one(["STANDARD", "GLACIER_IR", "none of ours"])
        }
        let keys = [
            "a", "in/photo 1.jpg", "in/photo 2.jpg", "in/sub/x+y", "ü/日本/😀.txt", "quo\"te/x", "back\\slash/y", "/lead",
            "a//b", "../up", "\u{7F}/del", String(repeating: "k", count: 1_024), String(repeating: "k", count: 1_025),
        ]
        let nonASCII = chance(10)
        let named = chance(12)
        job.s3Signing.items = (0..<one([1, 1, 2, 5, 40])).map { number in
            var item = S3SigningItem()
            item.key = one(keys)
            if chance(4) { item.id = nonASCII ? "größe-\(number)" : "id-\(number)" }
            if named { item.filename = "made.txt" }
            return item
        }
        return job
    }
}
