// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// What a request says about an object besides its key; becomes headers that are signed and that the client must send,
/// never query parameters, where S3 ignores them.
public struct S3ObjectOptions: Sendable {
    /// Name and value of a header, of metadata or of a query parameter.
    public typealias Pair = (name: String, value: String)

    /// E.g. `image/jpeg`; S3 gives it back to readers.
    public var contentType: String?
    /// Bytes of the body; signed as `content-length`, so that S3 refuses any other length.
    public var contentLength: Int64?
    /// Either spelling, e.g. `GLACIER_INSTANT_RETRIEVAL` or `GLACIER_IR`; the wire value is signed.
    public var storageClass: String?
    /// `nil`: SSE-S3 for uploads to AWS, none elsewhere.
    public var encryption: S3Encryption?
    /// Key of `SSE-KMS`: id, ARN or alias; `nil`: the account's own key for S3.
    public var kmsKey: String?
    /// E.g. `max-age=3600`; S3 gives it back to readers.
    public var cacheControl: String?
    /// E.g. `inline`; S3 gives it back to readers.
    public var contentDisposition: String?
    /// User metadata, without `x-amz-meta-`; 2 KB together.
    public var metadata: [Pair] = []
    /// Any further headers.
    public var headers: [Pair] = []

    /// No options.
    public init() {}

    /// Bytes that one PUT can carry at most: 5 GiB.
    public static let largestPut: Int64 = 5 << 30
    /// Bytes that names and values of user metadata may have together.
    public static let largestMetadata = 2_048

    /// The headers to sign.
    ///
    /// - Throws: `SigningError` whose parameter names the option.
    public func headers(for method: S3Method, at endpoint: S3Endpoint) throws(SigningError) -> [Pair] {
        guard method == .put else {
            try refuseUploadOptions(of: method)
            return headers
        }
        var result: [Pair] = []
        func add(_ name: String, _ value: String?, parameter: String) throws(SigningError) {
            guard let value else { return }
            guard !value.isEmpty else {
                throw SigningError(
                    .invalidHeader,
                    parameter: parameter,
                    message: "\(name) must not be empty; leave it out"
                )
            }
            do throws(SigningError) {
                _ = try HeaderField(name: name, value: value)
            } catch {
                throw SigningError(error.code, parameter: parameter, message: error.message)
            }
            result.append((name, value))
        }
        try add("content-type", contentType, parameter: "contentType")
        try add("cache-control", cacheControl, parameter: "cacheControl")
        try add("content-disposition", contentDisposition, parameter: "contentDisposition")
        if let contentLength {
            guard (0...Self.largestPut).contains(contentLength) else {
                throw SigningError(
                    .invalidLength,
                    parameter: "contentLength",
                    message:
                        "one PUT carries 0 to \(Self.largestPut) bytes (5 GiB); larger objects need a multipart upload"
                )
            }
            result.append(("content-length", String(contentLength)))
        }
        if let storageClass { result.append(("x-amz-storage-class", try Self.wireValue(of: storageClass))) }
        result += try encryptionHeaders(at: endpoint)
        result += try metadataHeaders()
        return result + headers
    }

    private func encryptionHeaders(at endpoint: S3Endpoint) throws(SigningError) -> [Pair] {
        let effective = encryption ?? (endpoint.isCustom ? .none : .s3)
        if let kmsKey {
            guard effective == .kms else {
                throw SigningError(
                    .invalidEncryption,
                    parameter: "encryption",
                    message: "a KMS key needs the encryption SSE-KMS; set it, or leave the key out"
                )
            }
            guard KMSKeyName.isValid(kmsKey) else {
                throw SigningError(
                    .invalidKMSKey,
                    parameter: "kmsKey",
                    message: "a KMS key is named by its id (a UUID, or mrk-…), its ARN "
                        + "(arn:aws:kms:region:account:key/…) or an alias (alias/…)"
                )
            }
        }
        let name = "x-amz-server-side-encryption"
        switch effective {
        case .none: return []
        case .s3: return [(name, "AES256")]
        case .kms:
            return [(name, "aws:kms")] + (kmsKey.map { [("\(name)-aws-kms-key-id", $0)] } ?? [])
        }
    }

    private func metadataHeaders() throws(SigningError) -> [Pair] {
        var result: [Pair] = []
        var size = 0
        for (name, value) in metadata {
            let field: HeaderField
            do throws(SigningError) {
                field = try HeaderField(name: name.isEmpty ? "" : "x-amz-meta-\(name)", value: value)
            } catch {
                throw SigningError(
                    .invalidMetadata,
                    parameter: "metadata",
                    message: "metadata \"\(name)\": \(error.message)"
                )
            }
            result.append((field.name, field.value))
            size += name.utf8.count + value.utf8.count
        }
        guard size <= Self.largestMetadata else {
            throw SigningError(
                .invalidMetadata,
                parameter: "metadata",
                message: "names and values of metadata may have \(Self.largestMetadata) bytes together, not \(size)"
            )
        }
        return result
    }

    /// The value that S3 knows a storage class by.
    private static func wireValue(of spelling: String) throws(SigningError) -> String {
        let known = StorageClass.all.filter { $0.restriction == .none }
        guard let storageClass = StorageClass.named(spelling) else {
            throw SigningError(
                .invalidStorageClass,
                parameter: "storageClass",
                message: "there is no such storage class; known are \(known.map(\.name).joined(separator: ", "))"
            )
        }
        switch storageClass.restriction {
        case .none: return storageClass.wireValue
        case .directoryBuckets, .outposts:
            throw SigningError(
                .invalidStorageClass,
                parameter: "storageClass",
                message: "\(storageClass.name) exists in "
                    + "\(storageClass.restriction == .outposts ? "S3 on Outposts" : "directory buckets") only"
            )
        }
    }

    private func refuseUploadOptions(of method: S3Method) throws(SigningError) {
        let given: [(parameter: String, isGiven: Bool)] = [
            ("contentType", contentType != nil), ("contentLength", contentLength != nil),
            ("storageClass", storageClass != nil), ("encryption", encryption != nil), ("kmsKey", kmsKey != nil),
            ("cacheControl", cacheControl != nil), ("contentDisposition", contentDisposition != nil),
            ("metadata", !metadata.isEmpty),
        ]
        if let first = given.first(where: \.isGiven) {
            throw SigningError(
                .invalidOption,
                parameter: first.parameter,
                message: "this belongs to uploads, not to \(method.operation); "
                    + "what GET answers is set by response-* query parameters"
            )
        }
    }
}
