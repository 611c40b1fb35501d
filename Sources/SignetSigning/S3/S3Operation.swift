// SPDX-License-Identifier: Apache-2.0

/// What a presigned request does (S3 API Reference, "Actions").
public enum S3Operation: String, Sendable, Hashable, CaseIterable {
    /// Reads an object, or a part of it.
    case getObject = "GetObject"
    /// Reads what is known of an object.
    case headObject = "HeadObject"
    /// Writes an object of at most 5 GB.
    case putObject = "PutObject"
    /// Deletes an object, or one of its versions.
    case deleteObject = "DeleteObject"
    /// Copies an object of at most 5 GB within S3.
    case copyObject = "CopyObject"
    /// Lists a bucket's objects, 1,000 in a page.
    case listObjects = "ListObjectsV2"
    /// Begins an upload in parts.
    case createMultipartUpload = "CreateMultipartUpload"
    /// Writes a part, 5 MiB to 5 GiB but for the last.
    case uploadPart = "UploadPart"
    /// Makes a part of a range of another object.
    case uploadPartCopy = "UploadPartCopy"
    /// Lists the parts of an upload, 1,000 in a page.
    case listParts = "ListParts"
    /// Makes the parts an object.
    case completeMultipartUpload = "CompleteMultipartUpload"
    /// Ends an upload in parts without an object.
    case abortMultipartUpload = "AbortMultipartUpload"

    /// What the client must send it with.
    public var method: String {
        switch self {
        case .getObject, .listObjects, .listParts: "GET"
        case .headObject: "HEAD"
        case .putObject, .copyObject, .uploadPart, .uploadPartCopy: "PUT"
        case .deleteObject, .abortMultipartUpload: "DELETE"
        case .createMultipartUpload, .completeMultipartUpload: "POST"
        }
    }

    /// Whether it is about the bucket: it has no key.
    public var isOnBucket: Bool { self == .listObjects }

    /// Query parameters that tell it from others of the same method.
    var markers: [S3ObjectOptions.Pair] {
        switch self {
        case .createMultipartUpload: [("uploads", "")]
        case .listObjects: [("list-type", "2")]
        default: []
        }
    }
}

extension Set<S3Operation> {
    /// Makes an object with its properties.
    static let creating: Self = [.putObject, .createMultipartUpload, .copyObject]
    /// Sends an object's bytes.
    static let sending: Self = [.putObject, .uploadPart]
    /// Gets an object, or what is known of it.
    static let reading: Self = [.getObject, .headObject]
    /// Copies within S3.
    static let copying: Self = [.copyObject, .uploadPartCopy]
    /// Belongs to a multipart upload that exists.
    static let uploading: Self = [
        .uploadPart, .uploadPartCopy, .listParts, .completeMultipartUpload, .abortMultipartUpload,
    ]
    static let parts: Self = [.uploadPart, .uploadPartCopy]
}
