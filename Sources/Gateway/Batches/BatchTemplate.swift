// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SwiftProtobuf

/// What the chunks of a batch have in common, written once: the fields of a job's kind but for its items.
struct BatchTemplate: Sendable {
    enum Kind: Sendable {
        case s3
        case cloudFront

        /// Numbers in Schemas/signet/v1/jobs.proto: of the kind in `Job`, and of the items in the kind.
        fileprivate var fields: (kind: UInt32, items: UInt32) {
            switch self {
            case .s3: (16, 11)
            case .cloudFront: (17, 9)
            }
        }

        /// `S3SigningJob.first_item`.
        fileprivate static let firstItem: UInt32 = 12
    }

    let kind: Kind
    /// Fields of the kind.
    let bytes: [UInt8]

    init(_ signing: S3SigningJob) throws {
        kind = .s3
        bytes = try WireFormat.protobuf.encode(signing)
    }

    init(_ signing: CloudFrontSigningJob) throws {
        kind = .cloudFront
        bytes = try WireFormat.protobuf.encode(signing)
    }

    /// The record of a chunk.
    ///
    /// - Parameters:
    ///   - items: Written by ``write(_:to:)``, one behind the other.
    ///   - firstItem: Position of the first of them in the batch.
    func record(of job: Job, items: [UInt8], firstItem: UInt64) throws -> [UInt8] {
        var tail = ProtobufWriter()
        if kind == .s3 { tail.write(firstItem, field: Kind.firstItem) }
        var record = ProtobufWriter()
        record.append(try WireFormat.protobuf.encode(job))
        record.begin(field: kind.fields.kind, count: bytes.count + items.count + tail.bytes.count)
        record.append(bytes)
        record.append(items)
        record.append(tail.bytes)
        return record.bytes
    }

    /// Writes an item as a field of the kind.
    static func write(_ item: some Message, of kind: Kind, to items: inout ProtobufWriter) throws {
        let bytes = try WireFormat.protobuf.encode(item)
        items.begin(field: kind.fields.items, count: bytes.count)
        items.append(bytes)
    }

    /// Writes an item that is no more than a key and an id: both kinds number them alike.
    static func write(
        id: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer,
        of kind: Kind,
        to items: inout ProtobufWriter
    ) {
        let size = ProtobufWriter.size(of: id.count, field: 1) + ProtobufWriter.size(of: key.count, field: 2)
        items.begin(field: kind.fields.items, count: size)
        items.write(id, field: 1)
        items.write(key, field: 2)
    }
}
