// SPDX-License-Identifier: Apache-2.0

/// Copies within S3 (S3 API Reference: UploadPartCopy, CopyObject).
extension S3ControlPlane {
    private struct Answer: Decodable {
        let etag: String

        enum CodingKeys: String, CodingKey {
            case etag = "ETag"
        }
    }

    /// To copy a part of 5 GiB takes S3 its time.
    private static let patience = Duration.seconds(300)

    /// Makes a part of a range of another object.
    ///
    /// - Parameters:
    ///   - headers: `x-amz-copy-source` and what else the request has.
    ///   - query: Further parameters beside the part's number and the upload's id.
    /// - Returns: The part's ETag, with its quotation marks.
    package func copyPart(
        _ number: Int,
        of key: String,
        uploadID: String,
        headers: [(name: String, value: String)],
        query: [(name: String, value: String)] = [],
        in bucket: S3Bucket
    ) async throws -> String {
        let request = S3Request(
            method: "PUT",
            key: key,
            query: [("partNumber", String(number)), ("uploadId", uploadID)] + query,
            headers: headers,
            timeout: Self.patience
        )
        return try XMLText.decode(Answer.self, try await send(request, to: bucket).body).etag
    }

    /// Copies an object of at most 5 GB in one request.
    ///
    /// - Parameter headers: `x-amz-copy-source` and what the object shall have.
    /// - Returns: The object's ETag, with its quotation marks.
    package func copyObject(
        to key: String,
        headers: [(name: String, value: String)],
        in bucket: S3Bucket
    ) async throws -> String {
        let request = S3Request(method: "PUT", key: key, headers: headers, timeout: Self.patience)
        return try XMLText.decode(Answer.self, try await send(request, to: bucket).body).etag
    }
}
