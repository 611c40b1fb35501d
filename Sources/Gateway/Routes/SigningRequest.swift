// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// A request to sign one URL, its shape checked: what it asks of S3, and with which credential.
struct SigningRequest: Sendable {
    /// The work, still without its credential: an inline one is sealed for the job's id, which comes later.
    var signing: S3SigningJob
    let credential: RequestCredential
    let answer: AnswerShape
    /// Fields that were ignored.
    let warnings: [String]
}

extension S3SigningJob {
    /// Reads what all requests have in common: bucket, region, endpoint, CDN and lifetime.
    init(operation: String, from fields: inout FieldReader) {
        self.init()
        self.operation = operation
        s3Bucket = fields.required("s3Bucket", "name the bucket")
        let remedy = "name the bucket's region, e.g. us-east-1 (GET /api/v1/regions lists them)"
        // The ARN of an access point holds its region.
        s3Region = s3Bucket.hasPrefix("arn:") ? fields.string("s3Region") ?? "" : fields.required("s3Region", remedy)
        s3Endpoint = fields.string("s3Endpoint") ?? ""
        s3AddressingStyle = fields.string("s3AddressingStyle") ?? ""
        s3DualStack = fields.flag("s3DualStack") ?? false
        s3Fips = fields.flag("s3Fips") ?? false
        s3Accelerate = fields.flag("s3Accelerate") ?? false
        signingWindow = fields.integer("signingWindow") ?? 0
        s3CloudFrontDomain = fields.string("s3CloudFrontDomain") ?? ""
        if let seconds = fields.integer("expiresIn") { expiresIn = seconds }
    }
}
