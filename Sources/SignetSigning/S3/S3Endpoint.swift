// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Where the requests for one bucket go: always the regional host, for the global one answers 307 and breaks signatures
/// (AWS General Reference, "Amazon S3 endpoints and quotas").
public struct S3Endpoint: Sendable, Hashable {
    /// `https`, or `http` for a custom endpoint that says so.
    public let scheme: String
    /// Host that is signed, with a port that is not the scheme's default.
    public let host: String
    /// What stands before the key's path: empty, `/bucket` or `/base/bucket`.
    public let pathPrefix: String
    /// The bucket's name, wherever it stands in the URL.
    public let bucket: String
    /// Region of the scope.
    public let region: String
    /// Whether it is a store other than AWS.
    public let isCustom: Bool
    /// What the caller should know though it can be signed.
    public let warnings: [String]

    /// `https://bucket.s3.eu-central-1.amazonaws.com`.
    public var origin: String { "\(scheme)://\(host)" }

    /// An endpoint whose host is given as it is.
    package init(
        scheme: String = "https",
        host: String,
        pathPrefix: String = "",
        bucket: String,
        region: String,
        isCustom: Bool = false,
        warnings: [String] = []
    ) {
        self.scheme = scheme
        self.host = host
        self.pathPrefix = pathPrefix
        self.bucket = bucket
        self.region = region
        self.isCustom = isCustom
        self.warnings = warnings
    }

    /// Finds the endpoint of a bucket.
    ///
    /// - Parameters:
    ///   - bucket: 3 to 63 characters.
    ///   - region: A known region or one of a known form; with a custom endpoint any `[a-z0-9-]+`.
    ///   - customEndpoint: URL of a store other than AWS, e.g. `https://minio.example:9000/base`; `nil`: AWS.
    /// - Throws: `invalid_bucket`, `unknown_region` or `invalid_endpoint`.
    public static func resolve(
        bucket: String,
        region: String,
        addressingStyle: AddressingStyle = .auto,
        customEndpoint: String? = nil
    ) throws(SigningError) -> S3Endpoint {
        if let customEndpoint {
            return try custom(CustomEndpoint(customEndpoint), bucket: bucket, region: region, style: addressingStyle)
        }
        try BucketName.check(bucket, isRelaxed: false)
        let (found, warnings) = try awsRegion(region)
        let host = "s3.\(found.code).\(found.partition.dnsSuffix)"
        let hasDot = bucket.contains(".")
        if addressingStyle == .virtual, hasDot {
            throw SigningError(
                .invalidEndpoint,
                parameter: "addressingStyle",
                message: "a bucket with a dot cannot stand in the host: the TLS certificate covers one label only; "
                    + "use path or auto"
            )
        }
        if addressingStyle == .path || hasDot {
            return S3Endpoint(
                host: host,
                pathPrefix: "/\(bucket)",
                bucket: bucket,
                region: found.code,
                warnings: warnings
            )
        }
        return S3Endpoint(host: "\(bucket).\(host)", bucket: bucket, region: found.code, warnings: warnings)
    }

    private static func custom(
        _ endpoint: CustomEndpoint,
        bucket: String,
        region: String,
        style: AddressingStyle
    ) throws(SigningError) -> S3Endpoint {
        try BucketName.check(bucket, isRelaxed: style != .virtual)
        guard
            (1...64).contains(region.utf8.count),
            region.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else {
            throw SigningError(
                .unknownRegion,
                parameter: "region",
                message:
                    "a region consists of lower-case letters, digits and hyphens; many stores take us-east-1 or auto"
            )
        }
        guard style == .virtual else {
            return S3Endpoint(
                scheme: endpoint.scheme,
                host: endpoint.host,
                pathPrefix: "\(endpoint.basePath)/\(bucket)",
                bucket: bucket,
                region: region,
                isCustom: true
            )
        }
        if endpoint.isAddress {
            throw SigningError(
                .invalidEndpoint,
                parameter: "addressingStyle",
                message: "a bucket cannot stand before an IP address; use path"
            )
        }
        if endpoint.scheme == "https", bucket.contains(".") {
            throw SigningError(
                .invalidEndpoint,
                parameter: "addressingStyle",
                message: "a bucket with a dot cannot stand in the host: TLS certificates cover one label only; use path"
            )
        }
        return S3Endpoint(
            scheme: endpoint.scheme,
            host: "\(bucket).\(endpoint.host)",
            pathPrefix: endpoint.basePath,
            bucket: bucket,
            region: region,
            isCustom: true
        )
    }

    private static func awsRegion(_ code: String) throws(SigningError) -> (region: Region, warnings: [String]) {
        if let region = S3Catalog.region(code) { return (region, []) }
        let nearest = S3Catalog.nearestRegions(to: code)
        if let region = S3Catalog.plausibleRegion(code) {
            let hint = nearest.first.map { "; did you mean \($0)?" } ?? ""
            return (
                region, ["region \(code) is not known here and was taken as a new one of \(region.partition.id)\(hint)"]
            )
        }
        throw SigningError(
            .unknownRegion,
            parameter: "region",
            message: "there is no such region; did you mean \(nearest.joined(separator: ", "))? "
                + "A store other than AWS needs its endpoint"
        )
    }
}
