// SPDX-License-Identifier: Apache-2.0

/// What a signing key is good for: one day, region and service (AWS IAM User Guide, "Elements of a request signature").
public struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    /// `20130524`.
    public let dateStamp: String
    /// `us-east-1`.
    public let region: String
    /// `s3`.
    public let service: String

    /// - Parameters:
    ///   - dateStamp: The day of signing, `yyyyMMdd`.
    ///   - region: E.g. `us-east-1`.
    ///   - service: `s3`, or `s3express` for directory buckets.
    public init(dateStamp: String, region: String, service: String = "s3") {
        self.dateStamp = dateStamp
        self.region = region
        self.service = service
    }

    /// `20130524/us-east-1/s3/aws4_request`.
    public var description: String { "\(dateStamp)/\(region)/\(service)/aws4_request" }
}
