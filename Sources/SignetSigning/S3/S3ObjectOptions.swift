// SPDX-License-Identifier: Apache-2.0

/// What a request says besides its key; becomes headers that are signed and that the client must send, and query
/// parameters where S3 takes them there.
///
/// Nothing is implied but SSE-S3 for objects that are made on AWS. An option of another operation is refused.
public struct S3ObjectOptions: Sendable {
    /// Name and value of a header, of metadata, of a tag or of a query parameter.
    public typealias Pair = (name: String, value: String)

    /// No options.
    public init() {}

    // MARK: The body

    /// Bytes of the body; signed as `content-length`, so that S3 refuses any other length.
    public var contentLength: Int64?
    /// MD5 of the body in base64.
    public var contentMD5: String?
    /// Of the body; of the whole object where an upload is completed.
    public var checksum: S3Checksum?
    /// What the parts of a multipart upload will carry; declared when it is created.
    public var checksumAlgorithm: S3Checksum.Algorithm?

    // MARK: The object, as S3 gives it back to readers

    /// E.g. `image/jpeg`.
    public var contentType: String?
    /// E.g. `gzip`.
    public var contentEncoding: String?
    /// E.g. `de, en`.
    public var contentLanguage: String?
    /// E.g. `inline`.
    public var contentDisposition: String?
    /// E.g. `max-age=3600`.
    public var cacheControl: String?
    /// Date of HTTP after which caches ask again, e.g. `Thu, 01 Dec 1994 16:00:00 GMT`.
    public var expires: String?
    /// User metadata, without `x-amz-meta-`; 2 KB together.
    public var metadata: [Pair] = []

    // MARK: The object, as S3 keeps it

    /// Either spelling, e.g. `GLACIER_INSTANT_RETRIEVAL` or `GLACIER_IR`; the wire value is signed.
    public var storageClass: String?
    /// At most 10, names of 1 to 128 and values of 0 to 256 characters; not encoded.
    public var tags: [Pair] = []
    /// A canned ACL, e.g. `bucket-owner-full-control`.
    public var acl: String?
    /// `nil`: SSE-S3 for what is made on AWS, none elsewhere.
    public var encryption: S3Encryption?
    /// Key of KMS: id, ARN or alias; `nil`: the account's own key for S3.
    public var kmsKey: String?
    /// Encryption context of KMS, which its policies and logs see; not encoded.
    public var kmsContext: [Pair] = []
    /// Whether objects share a key of the bucket, which saves requests to KMS.
    public var usesBucketKey: Bool?
    /// Key of SSE-C.
    public var customerKey: S3CustomerKey?
    /// `GOVERNANCE` or `COMPLIANCE`; together with `retainUntil`.
    public var objectLockMode: String?
    /// `2030-01-01T00:00:00Z`.
    public var retainUntil: String?
    /// Whether a legal hold keeps the object.
    public var hasLegalHold: Bool?

    // MARK: Conditions (RFC 9110, section 13)

    /// The object must have this ETag.
    public var ifMatch: String?
    /// `*`: there must be no object yet; readers: its ETag must be another.
    public var ifNoneMatch: String?
    /// Date of HTTP.
    public var ifModifiedSince: String?
    /// Date of HTTP.
    public var ifUnmodifiedSince: String?

    // MARK: Reading

    /// `bytes=0-1023`.
    public var range: String?
    /// `nil`: the current version.
    public var versionID: String?

    // MARK: Copying

    /// What is copied.
    public var copySource: S3CopySource?
    /// `bytes=0-1023` of the source, for a part.
    public var copySourceRange: String?
    /// Key of SSE-C of the source.
    public var copySourceCustomerKey: S3CustomerKey?
    /// `COPY` or `REPLACE`.
    public var metadataDirective: String?
    /// `COPY` or `REPLACE`.
    public var taggingDirective: String?

    // MARK: Multipart uploads

    /// What CreateMultipartUpload answered.
    public var uploadID: String?
    /// 1 to 10,000; readers: the part that is read.
    public var partNumber: Int?
    /// Bytes of the whole object: S3 refuses to complete another one.
    public var objectSize: Int64?

    // MARK: All

    /// The requester agrees to pay.
    public var isRequesterPays = false
    /// Any further headers.
    public var headers: [Pair] = []
    /// Any further query parameters, e.g. `response-content-type`, `prefix`; not encoded.
    public var query: [Pair] = []

    /// Bytes that one PUT can carry at most: 5 GiB.
    public static let largestPut: Int64 = 5 << 30
    /// Bytes of an object at most: 48.8 TiB.
    public static let largestObject: Int64 = largestPut * 10_000
    /// Bytes that names and values of user metadata may have together.
    public static let largestMetadata = 2_048
}
