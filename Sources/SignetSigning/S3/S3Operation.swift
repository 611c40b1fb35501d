// SPDX-License-Identifier: Apache-2.0

/// What a presigned request does (S3 API Reference, "Actions").
public enum S3Operation: String, Sendable, Hashable, CaseIterable {
    case getObject = "GetObject"
    case headObject = "HeadObject"
    case putObject = "PutObject"
    case deleteObject = "DeleteObject"
    case copyObject = "CopyObject"
    case listObjects = "ListObjectsV2"
    case createMultipartUpload = "CreateMultipartUpload"
    case uploadPart = "UploadPart"
    case uploadPartCopy = "UploadPartCopy"
    case listParts = "ListParts"
    case completeMultipartUpload = "CompleteMultipartUpload"
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
