// SPDX-License-Identifier: Apache-2.0

import Contract
import Foundation
import SwiftProtobuf
import Testing

/// The committed Swift is what the .proto files say: else somebody forgot `Schemas/generate.sh`.
@Suite struct GeneratedMessagesTests {
    private static let types: [any Message.Type] = [
        Job.self, S3SigningJob.self, S3SigningItem.self, S3RequestOptions.self, Pair.self, SealedCredential.self,
        SealScope.self, InlineCredential.self, Reply.self, S3SigningResult.self, SharedRequest.self, SignedItem.self,
        Failure.self, UrlsMinted.self, JobFailed.self, CloudFrontSigningJob.self, CloudFrontItem.self,
        CloudFrontSigningResult.self, CloudFrontSigned.self, CustomerKeys.self,
        JobFact.self, JobAccepted.self, ChunkDone.self, JobCancelled.self, UploadBegun.self,
        ChunkPlaces.self, PlaceNote.self, RefreshTicket.self, PartSelection.self, PartRange.self, S3MultipartJob.self,
        InitiateUpload.self, ListUploadParts.self, CompleteUpload.self, AbortUpload.self, MultipartPart.self,
        S3MultipartResult.self, UploadInitiated.self, UploadListed.self, UploadCompleted.self, UploadAborted.self,
        MultipartInitiated.self, MultipartProgress.self, WatchUpload.self, CopyObject.self,
        WebhookJob.self, UploadProgress.self,
        MultipartCompleted.self, MultipartAborted.self,
    ]

    private static func descriptors() async throws -> [(type: any Message.Type, Google_Protobuf_DescriptorProto)] {
        let messages = try await Schemas.current().messages
        // A message that is new in the .proto belongs into the list above.
        #expect(messages.keys.sorted() == types.map { $0.protoMessageName }.sorted())
        return types.compactMap { type in messages[type.protoMessageName].map { (type, $0) } }
    }

    /// A value that is not the default, as Protobuf-JSON.
    private static func sample(of field: Google_Protobuf_FieldDescriptorProto) -> String {
        let value: String? =
            switch field.type {
            case .string: #""x""#
            case .bytes: #""AQ==""#
            case .bool: "true"
            case .message: "{}"
            case .double, .float, .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64: "7"
            default: nil
            }
        let text = value ?? "null"
        return field.label == .repeated ? "[\(text)]" : text
    }

    /// Wire types of the encoding guide: 0 varint, 1 eight bytes, 2 length-delimited.
    private static func wireType(of field: Google_Protobuf_FieldDescriptorProto) -> Int {
        switch field.type {
        case .string, .bytes, .message: 2
        case .double, .fixed64, .sfixed64: 1
        case .float, .fixed32, .sfixed32: 5
        default: field.label == .repeated ? 2 : 0
        }
    }

    @Test func everyFieldOfTheSchemaIsWrittenUnderItsNumber() async throws {
        var checked = 0
        for (type, descriptor) in try await Self.descriptors() {
            for field in descriptor.field {
                let message = try type.init(jsonString: "{\"\(field.jsonName)\":\(Self.sample(of: field))}")
                let bytes: [UInt8] = try message.serializedBytes()
                // Numbers below 2048 take a tag of one or two bytes.
                let first = Int(try #require(bytes.first, "\(descriptor.name).\(field.name) was not written"))
                let tag = first < 128 ? first : first & 0x7F | Int(bytes[1]) << 7
                #expect(tag >> 3 == Int(field.number), "\(descriptor.name).\(field.name)")
                #expect(tag & 7 == Self.wireType(of: field), "\(descriptor.name).\(field.name)")
                checked += 1
            }
        }
        #expect(checked > 90)
    }

    @Test func noOtherNumberIsKnown() async throws {
        for (type, descriptor) in try await Self.descriptors() {
            let numbers = Set(descriptor.field.map { Int($0.number) })
            for number in 1...200 where !numbers.contains(number) {
                // Once as a varint, once with a length of 0: neither is known.
                for (wireType, payload) in [(0, UInt8(1)), (2, UInt8(0))] {
                    let tag = number << 3 | wireType
                    let head = tag < 128 ? [UInt8(tag)] : [UInt8(tag & 0x7F | 0x80), UInt8(tag >> 7)]
                    let message = try type.init(serializedBytes: head + [payload])
                    #expect(message.unknownFields.data == Data(head + [payload]), "\(descriptor.name) knows \(number)")
                }
            }
        }
    }
}
