// SPDX-License-Identifier: Apache-2.0

import Foundation
import S3ControlPlane
import SignetSigning
import TestSupport

extension S3Bucket {
    /// A bucket of a server on this machine.
    static func at(
        _ endpoint: String,
        _ bucket: String = "bucket",
        region: String = "us-east-1",
        accessKey: String = "AKIAIOSFODNN7EXAMPLE",
        secretKey: String = "a-secret-of-the-tests",
        allowedBy policy: EndpointPolicy? = nil
    ) throws -> S3Bucket {
        try S3Bucket(
            endpoint: try S3Endpoint.resolve(bucket: bucket, region: region, customEndpoint: endpoint),
            credentials: try SigningCredentials(accessKeyID: accessKey, secretAccessKey: secretKey),
            allowedBy: policy ?? EndpointPolicy(listed: [endpoint])
        )
    }

    static func of(_ s3: RadosGateway) throws -> S3Bucket {
        try at(s3.endpoint, s3.bucket, region: s3.region, accessKey: s3.accessKey, secretKey: s3.secretKey)
    }
}

/// Runs a control plane.
func withPlane<Result>(
    attempts: Int = 4,
    timeout: Duration = .seconds(15),
    _ body: (S3ControlPlane) async throws -> Result
) async throws -> Result {
    try await S3ControlPlane.run(
        schedule: RetrySchedule(attempts: attempts, base: .milliseconds(1), longest: .milliseconds(20)),
        timeout: timeout,
        clock: { Int64(Date.now.timeIntervalSince1970 * 1_000) },
        body
    )
}

/// The error of S3 that the body ends with; `nil`: none, or another one.
func s3Error(_ body: () async throws -> Void) async -> S3Error? {
    do {
        try await body()
        return nil
    } catch {
        return error as? S3Error
    }
}
