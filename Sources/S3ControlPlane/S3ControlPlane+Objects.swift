// SPDX-License-Identifier: Apache-2.0

/// An object as `HEAD` tells of it.
package struct S3ObjectInfo: Sendable, Hashable {
    /// Bytes.
    package let size: Int64
    package let etag: String
    package let versionID: String?
    package let contentType: String?
}

extension S3ControlPlane {
    /// Looks at an object (S3 API Reference, "HeadObject").
    ///
    /// - Returns: `nil`: there is none.
    package func head(_ key: String, in bucket: S3Bucket) async throws -> S3ObjectInfo? {
        let answer: S3Answer
        do {
            answer = try await send(S3Request(method: "HEAD", key: key), to: bucket)
        } catch let error as S3Error where error.status == 404 {
            return nil
        }
        guard let size = answer.header("content-length").flatMap({ Int64($0) }), let etag = answer.header("etag") else {
            throw S3Error(.malformedAnswer, message: "the answer about \(key) has no length or no ETag")
        }
        return S3ObjectInfo(
            size: size,
            etag: etag,
            versionID: answer.header("x-amz-version-id"),
            contentType: answer.header("content-type")
        )
    }
}
