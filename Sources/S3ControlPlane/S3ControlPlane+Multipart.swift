// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import SignetSigning

/// A part as S3 has it.
package struct UploadedPart: Sendable, Hashable {
    /// 1 to 10,000.
    package let number: Int
    /// Bytes.
    package let size: Int64
    /// With its quotation marks, as S3 wants it back.
    package let etag: String
    /// That it was uploaded with, which S3 wants back as well; `nil`: none.
    package let checksum: S3Checksum?

    package init(number: Int, size: Int64, etag: String, checksum: S3Checksum? = nil) {
        self.number = number
        self.size = size
        self.etag = etag
        self.checksum = checksum
    }
}

extension UploadedPart: Codable {
    /// Names of elements, those of checksums among them.
    private struct Key: CodingKey {
        static let number = Key("PartNumber")
        static let size = Key("Size")
        static let etag = Key("ETag")

        static func checksum(_ algorithm: S3Checksum.Algorithm) -> Key { Key("Checksum\(algorithm.rawValue)") }

        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let part = try decoder.container(keyedBy: Key.self)
        var checksum: S3Checksum?
        for algorithm in S3Checksum.Algorithm.allCases {
            if let value = try part.decodeIfPresent(String.self, forKey: Key.checksum(algorithm)) {
                checksum = try S3Checksum(algorithm, value: value)
            }
        }
        self.init(
            number: try part.decode(Int.self, forKey: Key.number),
            size: try part.decode(Int64.self, forKey: Key.size),
            etag: try part.decode(String.self, forKey: Key.etag),
            checksum: checksum
        )
    }

    /// As a list of parts that are to be an object has it: without the size.
    package func encode(to encoder: any Encoder) throws {
        var part = encoder.container(keyedBy: Key.self)
        if let checksum { try part.encode(checksum.value, forKey: Key.checksum(checksum.algorithm)) }
        try part.encode(etag, forKey: Key.etag)
        try part.encode(number, forKey: Key.number)
    }
}

/// A multipart upload that is not finished.
package struct UnfinishedUpload: Sendable, Hashable {
    package let key: String
    package let uploadID: String
    package let initiated: Date
    /// The wire value; `nil`: the server does not say.
    package let storageClass: String?
}

/// What a finished upload came to.
package struct CompletedUpload: Sendable, Hashable {
    /// `nil`: the server does not say; ``S3ControlPlane/head(_:in:)`` does.
    package let etag: String?
    package let versionID: String?
}

/// Multipart uploads (S3 API Reference: CreateMultipartUpload, ListParts, ListMultipartUploads,
/// CompleteMultipartUpload, AbortMultipartUpload).
extension S3ControlPlane {
    /// Begins an upload.
    ///
    /// Not sent again after an unclear answer: it might begin a second one, which ``listUploads(in:prefix:)`` tells.
    ///
    /// - Parameters:
    ///   - headers: What the object shall have, e.g. `content-type`, `x-amz-storage-class`.
    ///   - query: Further parameters.
    /// - Returns: The upload's id.
    package func createUpload(
        of key: String,
        in bucket: S3Bucket,
        headers: [(name: String, value: String)] = [],
        query: [(name: String, value: String)] = []
    ) async throws -> String {
        struct Answer: Decodable {
            let uploadID: String

            enum CodingKeys: String, CodingKey {
                case uploadID = "UploadId"
            }
        }
        let request = S3Request(
            method: "POST",
            key: key,
            query: [("uploads", "")] + query,
            headers: headers,
            isRepeatable: false
        )
        return try XMLText.decode(Answer.self, try await send(request, to: bucket).body).uploadID
    }

    /// The parts that S3 has, in the order of their numbers; all pages.
    package func listParts(of key: String, uploadID: String, in bucket: S3Bucket) async throws -> [UploadedPart] {
        struct Answer: Decodable {
            let isTruncated: Bool?
            let next: Int?
            let parts: [UploadedPart]?

            enum CodingKeys: String, CodingKey {
                case isTruncated = "IsTruncated"
                case next = "NextPartNumberMarker"
                case parts = "Part"
            }
        }
        var parts: [UploadedPart] = []
        var marker = 0
        while true {
            var query: [S3Request.Pair] = [("uploadId", uploadID)]
            if marker > 0 { query.append(("part-number-marker", String(marker))) }
            let request = S3Request(method: "GET", key: key, query: query)
            let answer = try XMLText.decode(Answer.self, try await send(request, to: bucket).body)
            parts += answer.parts ?? []
            // A page that leads nowhere is the last one.
            guard answer.isTruncated == true, let next = answer.next, next > marker else { return parts }
            marker = next
        }
    }

    /// Finishes an upload.
    ///
    /// - Parameters:
    ///   - parts: In the order of their numbers.
    ///   - objectSize: Of the whole object, which S3 then checks.
    /// - Throws: `NoSuchUpload` also where an earlier try did it: look for the object.
    package func completeUpload(
        of key: String,
        uploadID: String,
        parts: [UploadedPart],
        objectSize: Int64? = nil,
        headers: [(name: String, value: String)] = [],
        in bucket: S3Bucket
    ) async throws -> CompletedUpload {
        struct Message: Encodable {
            let parts: [UploadedPart]

            enum CodingKeys: String, CodingKey {
                case parts = "Part"
            }
        }
        struct Answer: Decodable {
            let etag: String?

            enum CodingKeys: String, CodingKey {
                case etag = "ETag"
            }
        }
        var request = S3Request(
            method: "POST",
            key: key,
            query: [("uploadId", uploadID)],
            headers: [("content-type", "application/xml")] + headers,
            body: try XMLText.encode(Message(parts: parts), root: "CompleteMultipartUpload"),
            // Thousands of parts take minutes; S3 keeps the connection open meanwhile.
            timeout: .seconds(600)
        )
        if let objectSize { request.headers.append(("x-amz-mp-object-size", String(objectSize))) }
        let answer = try await send(request, to: bucket)
        let etag = try XMLText.decode(Answer.self, answer.body).etag ?? ""
        return CompletedUpload(
            // Ceph leaves it empty.
            etag: etag.isEmpty ? nil : etag,
            versionID: answer.header("x-amz-version-id")
        )
    }

    /// Ends an upload and removes its parts.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package func abortUpload(of key: String, uploadID: String, in bucket: S3Bucket) async throws -> Bool {
        do {
            _ = try await send(S3Request(method: "DELETE", key: key, query: [("uploadId", uploadID)]), to: bucket)
            return true
        } catch let error as S3Error where error.code == .noSuchUpload {
            return false
        }
    }

    /// The uploads that are not finished, all pages.
    package func listUploads(in bucket: S3Bucket, prefix: String = "") async throws -> [UnfinishedUpload] {
        struct Answer: Decodable {
            struct Upload: Decodable {
                let key: String
                let uploadID: String
                let initiated: String
                let storageClass: String?

                enum CodingKeys: String, CodingKey {
                    case key = "Key"
                    case uploadID = "UploadId"
                    case initiated = "Initiated"
                    case storageClass = "StorageClass"
                }
            }

            let isTruncated: Bool?
            let nextKey: String?
            let nextUpload: String?
            let uploads: [Upload]?

            enum CodingKeys: String, CodingKey {
                case isTruncated = "IsTruncated"
                case nextKey = "NextKeyMarker"
                case nextUpload = "NextUploadIdMarker"
                case uploads = "Upload"
            }
        }
        var uploads: [UnfinishedUpload] = []
        var marker: (key: String, upload: String)?
        while true {
            var query: [S3Request.Pair] = [("uploads", "")]
            if !prefix.isEmpty { query.append(("prefix", prefix)) }
            if let marker { query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)] }
            let request = S3Request(method: "GET", query: query)
            let answer = try XMLText.decode(Answer.self, try await send(request, to: bucket).body)
            for upload in answer.uploads ?? [] {
                guard let initiated = Self.time(upload.initiated) else {
                    throw S3Error(.malformedAnswer, message: "an upload of \(bucket.endpoint.bucket) has no time")
                }
                uploads.append(
                    UnfinishedUpload(
                        key: upload.key,
                        uploadID: upload.uploadID,
                        initiated: initiated,
                        storageClass: upload.storageClass
                    )
                )
            }
            guard answer.isTruncated == true, let key = answer.nextKey,
                marker.map({ $0 != (key, answer.nextUpload ?? "") }) ?? true
            else { return uploads }
            marker = (key, answer.nextUpload ?? "")
        }
    }

    /// ISO 8601, with or without fractions of a second.
    private static func time(_ text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }
}
