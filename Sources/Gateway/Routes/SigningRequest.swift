// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import Foundation

/// A request to sign, its shape checked: what it asks for, and with which secrets.
struct SigningRequest: Sendable {
    enum Work: Sendable {
        /// Still without its secrets: they are sealed for the job's id, which comes later.
        case s3(S3SigningJob, RequestSecrets)
        /// Likewise.
        case multipart(S3MultipartJob, RequestSecrets)
        /// Its keys are the workers' own.
        case cloudFront(CloudFrontSigningJob)

        /// Keys of SSE-C that the answer's headers hold.
        var customerKeys: CustomerKeys? {
            switch self {
            case .s3(_, let secrets), .multipart(_, let secrets): secrets.customerKeys
            case .cloudFront: nil
            }
        }
    }

    let work: Work
    let answer: AnswerShape
    /// Fields that were ignored.
    let warnings: [String]
    /// How long the job may take, where that is longer than anybody waits; `nil`: as all jobs.
    let life: Duration?

    init(signing: S3SigningJob, secrets: RequestSecrets, answer: AnswerShape, warnings: [String]) {
        work = .s3(signing, secrets)
        self.answer = answer
        self.warnings = warnings
        life = nil
    }

    init(multipart: S3MultipartJob, secrets: RequestSecrets, life: Duration? = nil, warnings: [String]) {
        work = .multipart(multipart, secrets)
        answer = .multipart
        self.warnings = warnings
        self.life = life
    }

    init(cloudFront: CloudFrontSigningJob, answer: AnswerShape, warnings: [String]) {
        work = .cloudFront(cloudFront)
        self.answer = answer
        self.warnings = warnings
        life = nil
    }
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
