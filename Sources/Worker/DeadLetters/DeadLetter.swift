// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import Foundation
package import SignetKafka
internal import SwiftProtobuf

/// A record among the dead letters, copied out of the batch that lent it.
package struct DeadLetter: Sendable {
    /// Where it lies.
    package let place: Place
    /// When it was put there, Unix milliseconds.
    package let time: Int64?
    package let key: [UInt8]?
    /// `nil`: it was too large to be kept, and lies at its original place alone.
    package let value: [UInt8]?
    package let headers: [KafkaHeader]
    /// `nil`: nobody says why.
    package let reason: DeadLetterReason?
    /// The job that it is, if it can be read.
    package let job: Job?

    /// A partition and an offset, written `topic/partition/offset`.
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        package let partition: KafkaTopicPartition
        package let offset: Int64

        package init(partition: KafkaTopicPartition, offset: Int64) {
            self.partition = partition
            self.offset = offset
        }

        /// - Parameter text: `topic/partition/offset`.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, !parts[0].isEmpty, let partition = Int32(parts[1]), partition >= 0,
                let offset = Int64(parts[2]), offset >= 0
            else { return nil }
            self.init(partition: KafkaTopicPartition(topic: String(parts[0]), partition: partition), offset: offset)
        }

        package var description: String { "\(partition.topic)/\(partition.partition)/\(offset)" }
    }

    package init(_ record: borrowing KafkaRecord) {
        let partition = KafkaTopicPartition(topic: record.topic, partition: record.partition)
        place = Place(partition: partition, offset: record.offset)
        time = record.timestamp
        key = record.key.map { Array($0) }
        value = record.value.map { Array($0) }
        var headers: [KafkaHeader] = []
        record.forEachHeader { name, value in
            headers.append(KafkaHeader(name: name, value: value.map { Array($0) }))
        }
        self.headers = headers
        let last = Dictionary(headers.map { ($0.name, $0.value ?? []) }) { $1 }
        reason = DeadLetterReason(last)
        job = Self.job(in: value, headers: last)
    }

    private static func job(in value: [UInt8]?, headers: [String: [UInt8]]) -> Job? {
        guard let value else { return nil }
        return value.withUnsafeBytes { bytes -> Job? in
            let format = (headers[HeaderNames.contentType] ?? []).withUnsafeBytes {
                WireFormat(contentType: $0, value: bytes)
            }
            var warnings: [String] = []
            guard let job = try? format?.decode(Job.self, from: bytes, warnings: &warnings), job.kind != nil else {
                return nil
            }
            return job
        }
    }

    /// How often it was replayed.
    package var replays: Int {
        headers.last { $0.name == HeaderNames.replays }?.value
            .flatMap { Int(String(decoding: $0.prefix(10), as: UTF8.self)) } ?? 0
    }

    /// The kind of its job, as its field is named.
    package var kind: String {
        switch job?.kind {
        case .s3Signing?: "s3Signing"
        case .cloudFrontSigning?: "cloudFrontSigning"
        case .s3Multipart?: "s3Multipart"
        case .webhook?: "webhook"
        case nil: "unreadable"
        }
    }

    /// What may be shown of the job: JSON without what is sealed.
    package var shownJob: String? {
        guard var job else { return nil }
        switch job.kind {
        case .s3Signing(let signing): job.s3Signing = Self.withoutSecrets(signing)
        case .s3Multipart(let multipart): job.s3Multipart.target = Self.withoutSecrets(multipart.target)
        case .cloudFrontSigning, .webhook, nil: break
        }
        return (try? job.jsonString()).map(Self.withoutSignatures)
    }

    private static func withoutSecrets(_ signing: S3SigningJob) -> S3SigningJob {
        func hide(_ sealed: SealedCredential) -> SealedCredential {
            var shown = SealedCredential()
            shown.keyID = sealed.keyID
            shown.scope = sealed.scope
            return shown
        }
        var signing = signing
        if case .sealedCredential(let sealed) = signing.credential { signing.sealedCredential = hide(sealed) }
        if signing.hasSealedCustomerKeys { signing.sealedCustomerKeys = hide(signing.sealedCustomerKeys) }
        return signing
    }

    /// A text without signatures of URLs: nobody should have put one into a job, but somebody may.
    package static func withoutSignatures(_ text: String) -> String {
        text.replacing(/(?i)((?:X-Amz-|x-amz-)?(?:Signature|Security-Token|S3session-Token)(?:=|%3D))[^&"\s\\]+/) {
            "\($0.output.1)redacted"
        }
    }
}
