// SPDX-License-Identifier: Apache-2.0

/// Where a file goes.
package struct UploadPlace: Encodable, Sendable {
    package let s3Bucket: String
    package let s3Region: String
    /// `nil`: AWS.
    package let s3Endpoint: String?
    /// The workers' credential profile; `nil`: their default.
    package let credentialProfile: String?

    package init(bucket: String, region: String, endpoint: String? = nil, profile: String? = nil) {
        s3Bucket = bucket
        s3Region = region
        s3Endpoint = endpoint
        credentialProfile = profile
    }
}
