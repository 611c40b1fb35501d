// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Where the requests for one bucket go: always the regional host, for the global one answers 307 and breaks signatures
/// (AWS General Reference, "Amazon S3 endpoints and quotas").
public struct S3Endpoint: Sendable, Hashable {
    /// What the requests are about; each kind has hosts and limits of its own.
    public enum Kind: Sendable, Hashable {
        /// A general purpose bucket.
        case bucket
        /// A directory bucket of S3 Express One Zone.
        case directoryBucket
        /// An access point, by its ARN.
        case accessPoint
        /// An access point that runs a function, by its ARN.
        case objectLambda
        /// An access point of S3 on Outposts, by its ARN.
        case outposts
        /// A multi-region access point, by its ARN: signed by SigV4A.
        case multiRegionAccessPoint
        /// A bucket of a store other than AWS.
        case custom
    }

    /// What the requests are about.
    public let kind: Kind
    /// `https`, or `http` for a custom endpoint that says so.
    public let scheme: String
    /// Host that is signed, with a port that is not the scheme's default.
    public let host: String
    /// What stands before the key's path: empty, `/bucket` or `/base/bucket`.
    public let pathPrefix: String
    /// The bucket's name or the access point's ARN, wherever it stands in the URL.
    public let bucket: String
    /// Region of the scope; `*`, all regions, for a multi-region access point.
    public let region: String
    /// What the caller should know though it can be signed.
    public let warnings: [String]

    /// Whether it is a store other than AWS.
    public var isCustom: Bool { kind == .custom }

    /// `https://bucket.s3.eu-central-1.amazonaws.com`.
    public var origin: String { "\(scheme)://\(host)" }

    /// Service of the scope.
    public var service: String {
        switch kind {
        case .bucket, .accessPoint, .multiRegionAccessPoint, .custom: "s3"
        case .directoryBucket: "s3express"
        case .objectLambda: "s3-object-lambda"
        case .outposts: "s3-outposts"
        }
    }

    /// An endpoint whose host is given as it is.
    package init(
        kind: Kind = .bucket,
        scheme: String = "https",
        host: String,
        pathPrefix: String = "",
        bucket: String,
        region: String,
        warnings: [String] = []
    ) {
        self.kind = kind
        self.scheme = scheme
        self.host = host
        self.pathPrefix = pathPrefix
        self.bucket = bucket
        self.region = region
        self.warnings = warnings
    }

    /// Whether objects of a storage class can live here.
    func offers(_ storageClass: StorageClass) -> Bool {
        switch kind {
        case .directoryBucket: storageClass.restriction == .directoryBuckets
        case .outposts: storageClass.restriction == .outposts
        default: storageClass.restriction == .none
        }
    }
}
