// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation
internal import SignetSigning
internal import SwiftProtobuf

extension S3ObjectOptions {
    /// The options of a job, as the signer knows them.
    init(_ options: S3RequestOptions) throws(SigningError) {
        self.init()
        try setBody(options)
        setObject(options)
        try setEncryption(options)
        setConditions(options)
        try setCopy(options)
        if options.hasRange { range = options.range }
        if options.hasVersionID { versionID = options.versionID }
        if options.hasUploadID { uploadID = options.uploadID }
        if options.hasPartNumber { partNumber = Int(options.partNumber) }
        if options.hasObjectSize { objectSize = options.objectSize }
        isRequesterPays = options.requesterPays
        headers = options.headers.map { ($0.name, $0.value) }
        query = options.query.map { ($0.name, $0.value) }
    }

    private mutating func setBody(_ options: S3RequestOptions) throws(SigningError) {
        if options.hasFileSize { contentLength = options.fileSize }
        if options.hasContentMd5 { contentMD5 = options.contentMd5 }
        guard options.hasChecksumAlgorithm || options.hasChecksum else { return }
        guard let algorithm = S3Checksum.Algorithm(rawValue: options.checksumAlgorithm) else {
            throw SigningError(
                .invalidChecksum,
                parameter: "checksumAlgorithm",
                message: "the algorithm of a checksum is one of "
                    + S3Checksum.Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
            )
        }
        if options.hasChecksum {
            checksum = try S3Checksum(algorithm, value: options.checksum)
        } else {
            checksumAlgorithm = algorithm
        }
    }

    private mutating func setObject(_ options: S3RequestOptions) {
        if options.hasContentType { contentType = options.contentType }
        if options.hasContentEncoding { contentEncoding = options.contentEncoding }
        if options.hasContentLanguage { contentLanguage = options.contentLanguage }
        if options.hasContentDisposition { contentDisposition = options.contentDisposition }
        if options.hasCacheControl { cacheControl = options.cacheControl }
        if options.hasExpires { expires = options.expires }
        metadata = options.metadata.map { ($0.name, $0.value) }
        if options.hasS3StorageClass { storageClass = options.s3StorageClass }
        if options.hasS3Acl { acl = options.s3Acl }
        tags = options.tags.map { ($0.name, $0.value) }
        if options.hasS3ObjectLockMode { objectLockMode = options.s3ObjectLockMode }
        if options.hasS3ObjectLockRetainUntil { retainUntil = options.s3ObjectLockRetainUntil }
        if options.hasS3ObjectLockLegalHold { hasLegalHold = options.s3ObjectLockLegalHold }
    }

    private mutating func setEncryption(_ options: S3RequestOptions) throws(SigningError) {
        if options.hasS3EncryptionType {
            guard let encryption = S3Encryption(rawValue: options.s3EncryptionType) else {
                throw SigningError(
                    .invalidEncryption,
                    parameter: "encryption",
                    message: "the encryption is one of "
                        + S3Encryption.allCases.map(\.rawValue).joined(separator: ", ")
                )
            }
            self.encryption = encryption
        }
        if options.hasS3KmsKeyID { kmsKey = options.s3KmsKeyID }
        kmsContext = options.s3KmsContext.map { ($0.name, $0.value) }
        if options.hasS3BucketKey { usesBucketKey = options.s3BucketKey }
    }

    private mutating func setConditions(_ options: S3RequestOptions) {
        if options.hasIfMatch { ifMatch = options.ifMatch }
        if options.hasIfNoneMatch { ifNoneMatch = options.ifNoneMatch }
        if options.hasIfModifiedSince { ifModifiedSince = options.ifModifiedSince }
        if options.hasIfUnmodifiedSince { ifUnmodifiedSince = options.ifUnmodifiedSince }
    }

    private mutating func setCopy(_ options: S3RequestOptions) throws(SigningError) {
        if options.hasCopySource {
            copySource = try S3CopySource(
                path: options.copySource,
                versionID: options.hasCopySourceVersionID ? options.copySourceVersionID : nil
            )
        }
        if options.hasCopySourceRange { copySourceRange = options.copySourceRange }
        if options.hasMetadataDirective { metadataDirective = options.metadataDirective }
        if options.hasTaggingDirective { taggingDirective = options.taggingDirective }
    }
}

extension S3RequestOptions {
    /// The job's field for an option of the signer; any other parameter is the name of a header.
    static func field(of parameter: String) -> String {
        fields[parameter] ?? "headers"
    }

    private static let fields: [String: String] = {
        let same = [
            "contentType", "contentEncoding", "contentLanguage", "contentDisposition", "cacheControl", "expires",
            "metadata", "tags", "checksum", "checksumAlgorithm", "ifMatch", "ifNoneMatch", "ifModifiedSince",
            "ifUnmodifiedSince", "range", "copySource", "copySourceRange", "metadataDirective", "taggingDirective",
            "partNumber", "objectSize", "query", "fields", "minBytes", "maxBytes", "startsWith",
        ]
        let others = [
            "contentLength": "fileSize", "contentMD5": "contentMd5", "storageClass": "s3StorageClass", "acl": "s3Acl",
            "encryption": "s3EncryptionType", "kmsKey": "s3KmsKeyId", "kmsContext": "s3KmsContext",
            "usesBucketKey": "s3BucketKey", "objectLockMode": "s3ObjectLockMode",
            "retainUntil": "s3ObjectLockRetainUntil", "hasLegalHold": "s3ObjectLockLegalHold", "versionID": "versionId",
            "uploadID": "uploadId", "conditions": "startsWith",
        ]
        return others.merging(same.map { ($0, $0) }) { $1 }
    }()

    /// Whether these options themselves set a field; for failures, where its cost does not matter.
    func sets(_ field: String) -> Bool {
        guard let json = try? jsonUTF8Data(), let object = try? JSONSerialization.jsonObject(with: json) else {
            return false
        }
        return (object as? [String: Any])?[field] != nil
    }
}
