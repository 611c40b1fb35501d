// SPDX-License-Identifier: Apache-2.0

/// The object that is copied (S3 API Reference, CopyObject, `x-amz-copy-source`).
public struct S3CopySource: Sendable, Hashable {
    /// Its bucket, or the ARN of an access point.
    public let bucket: String
    /// Its key; not encoded.
    public let key: String
    /// `nil`: the current version.
    public let versionID: String?

    /// - Throws: `invalid_copy_source`.
    public init(bucket: String, key: String, versionID: String? = nil) throws(SigningError) {
        guard !bucket.isEmpty, bucket.utf8.count <= 2_048, (1...S3PresignTemplate.longestKey).contains(key.utf8.count),
            versionID?.isEmpty != true
        else {
            throw SigningError(
                .invalidCopySource,
                parameter: "copySource",
                message: "the source of a copy is a bucket and a key of 1 to \(S3PresignTemplate.longestKey) bytes, "
                    + "with a version id that is not empty or none"
            )
        }
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
    }

    /// Reads `bucket/key` or `arn:aws:s3:…:accesspoint/name/object/key`, not encoded, without a version.
    ///
    /// - Throws: `invalid_copy_source`.
    public init(path: String, versionID: String? = nil) throws(SigningError) {
        let path = path.hasPrefix("/") ? path.dropFirst() : path[...]
        if path.hasPrefix("arn:"), let range = path.firstRange(of: "/object/") {
            try self.init(
                bucket: String(path[..<range.lowerBound]),
                key: String(path[range.upperBound...]),
                versionID: versionID
            )
            return
        }
        let slash = path.firstIndex(of: "/") ?? path.endIndex
        try self.init(bucket: String(path[..<slash]), key: String(path[slash...].dropFirst()), versionID: versionID)
    }

    package var headerValue: String {
        let isARN = bucket.hasPrefix("arn:")
        // An ARN keeps the colons and slashes of its own.
        let path = isARN ? "\(bucket)/object/\(PercentEncoding.path(key))" : "\(bucket)/\(PercentEncoding.path(key))"
        return path + (versionID.map { "?versionId=\(PercentEncoding.query($0))" } ?? "")
    }
}
