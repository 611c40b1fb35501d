// SPDX-License-Identifier: Apache-2.0

package import Contract

extension S3RequestOptions {
    /// These options where they are set, `defaults` elsewhere; pairs replace defaults of the same name.
    package func over(_ defaults: S3RequestOptions) -> S3RequestOptions {
        var merged = defaults
        if hasContentType { merged.contentType = contentType }
        if hasFileSize { merged.fileSize = fileSize }
        if hasS3StorageClass { merged.s3StorageClass = s3StorageClass }
        if hasS3EncryptionType {
            merged.s3EncryptionType = s3EncryptionType
            // A key belongs to the encryption that it was given with.
            merged.clearS3KmsKeyID()
        }
        if hasS3KmsKeyID { merged.s3KmsKeyID = s3KmsKeyID }
        if hasCacheControl { merged.cacheControl = cacheControl }
        if hasContentDisposition { merged.contentDisposition = contentDisposition }
        merged.metadata = Self.pairs(metadata, over: merged.metadata)
        merged.headers = Self.pairs(headers, over: merged.headers)
        merged.query = Self.pairs(query, over: merged.query)
        return merged
    }

    private static func pairs(_ own: [Pair], over defaults: [Pair]) -> [Pair] {
        own.isEmpty ? defaults : defaults.filter { pair in !own.contains { $0.name == pair.name } } + own
    }
}
