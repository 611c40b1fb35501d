// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// The scanner reads what SwiftProtobuf reads, or leaves it alone.
struct PlainJobScannerTests {
    private static let job: Job = {
        var job = Job()
        job.version = 1
        job.jobID = "0192f3a1-7c5e-7d2b-9c41-3f6a5b7c8d9e"
        job.chunk = 7
        job.tenant = "acme"
        job.caller = "größe"
        job.signingTimeMs = 1_764_000_000_123
        job.waitUntilMs = -1
        job.deadlineMs = 1_764_000_100_000
        job.echo = Data([0, 255, 7])
        job.s3Signing.operation = "PutObject"
        job.s3Signing.s3Bucket = "my-bucket"
        job.s3Signing.s3Region = "eu-central-1"
        job.s3Signing.expiresIn = 300
        job.s3Signing.firstItem = 3
        job.s3Signing.defaults.contentType = "image/png"
        job.s3Signing.items = ["a", "ü/日本", "in/1.png"].map { key in
            var item = S3SigningItem()
            item.key = key
            return item
        }
        job.s3Signing.items[2].id = "third"
        return job
    }()

    private static func text(_ range: Range<Int>, _ bytes: [UInt8]) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether the scanner took the job; if so, it must have read what SwiftProtobuf reads.
    private static func agrees(_ bytes: [UInt8], _ scanner: inout PlainJobScanner) -> Bool {
        guard bytes.withUnsafeBytes({ scanner.scan($0) }) else { return false }
        // What the runner still has to find out, it reads from texts that SwiftProtobuf refuses: not UTF-8.
        guard let job = try? Job(serializedBytes: bytes) else { return true }
        #expect(text(scanner.jobID, bytes) == job.jobID)
        #expect(scanner.chunk == job.chunk)
        #expect(scanner.signingTimeMs == job.signingTimeMs)
        #expect(scanner.waitUntilMs == job.waitUntilMs)
        #expect(scanner.deadlineMs == job.deadlineMs)
        #expect(Data(bytes[scanner.echo]) == job.echo)
        #expect(scanner.items.map { text($0.key, bytes) } == job.s3Signing.items.map(\.key))
        #expect(scanner.items.map { text($0.id, bytes) } == job.s3Signing.items.map(\.id))
        return true
    }

    @Test func plainJobIsReadAsSwiftProtobufReadsIt() throws {
        let bytes: [UInt8] = try Self.job.serializedBytes()
        var scanner = PlainJobScanner()
        #expect(Self.agrees(bytes, &scanner))
        // Fields in another order, and those that stand twice: the last one counts.
        var later = Job()
        later.chunk = 9
        later.deadlineMs = 5
        #expect(Self.agrees(bytes + (try later.serializedBytes()), &scanner))
        #expect(scanner.chunk == 9)
    }

    @Test(
        arguments: [
            { $0.s3Signing.sealedCredential.keyID = "k" },
            { $0.s3Signing.sealedCustomerKeys.keyID = "k" },
            { $0.s3Signing.items[0].filename = "made.txt" },
            { $0.s3Signing.items[0].key = "" },
            { $0.s3Signing.items[1].id = "größe" },
            { $0.s3Signing.items = [] },
            { $0.s3Signing.firstItem = .max },
            { $0.cloudFrontSigning.domain = "d1.cloudfront.net" },
        ] as [@Sendable (inout Job) -> Void]
    )
    func otherJobsAreLeftToOthers(change: @Sendable (inout Job) -> Void) throws {
        var job = Self.job
        change(&job)
        let bytes: [UInt8] = try job.serializedBytes()
        var scanner = PlainJobScanner()
        #expect(!Self.agrees(bytes, &scanner))
    }

    @Test func jobThatBreaksOffIsLeftToOthers() throws {
        let bytes: [UInt8] = try Self.job.serializedBytes()
        var scanner = PlainJobScanner()
        // The signing request is the last field, so that each part of it is one that breaks off.
        for length in 0..<bytes.count { #expect(!Self.agrees(Array(bytes.prefix(length)), &scanner)) }
        #expect(!Self.agrees(bytes + [0xB8, 0x3E, 0x01], &scanner))
        #expect(!Self.agrees(bytes + bytes, &scanner))
    }

    @Test func damagedJobsNeverTrapAndAreReadAsSwiftProtobufReadsThem() throws {
        let bytes: [UInt8] = try Self.job.serializedBytes()
        var generator = SeededGenerator.printed("plain jobs")
        var scanner = PlainJobScanner()
        var taken = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: damaged.indices, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: damaged.remove(at: place)
                default: damaged.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                }
            }
            if Self.agrees(damaged, &scanner) { taken += 1 }
        }
        #expect((100..<19_900).contains(taken))
    }
}
