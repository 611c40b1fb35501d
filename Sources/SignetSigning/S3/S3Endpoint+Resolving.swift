// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

extension S3Endpoint {
    /// Finds the endpoint of a bucket or access point.
    ///
    /// - Parameters:
    ///   - bucket: A name of 3 to 63 characters, a directory bucket's (`base--zone--x-s3`), an access point's alias
    ///     (`…-s3alias`), or the ARN of an access point (also multi-region, Object Lambda, Outposts).
    ///   - region: A known region or one of a known form; of an ARN the same one or empty; with a custom endpoint any
    ///     `[a-z0-9-]+`.
    ///   - addressingStyle: Where the URL names the bucket.
    ///   - customEndpoint: URL of a store other than AWS, e.g. `https://minio.example:9000/base`, as the URL's users
    ///     reach it; `nil`: AWS.
    ///   - variants: Other hosts of AWS.
    /// - Throws: `invalid_bucket`, `invalid_arn`, `unknown_region` or `invalid_endpoint`.
    public static func resolve(
        bucket: String,
        region: String,
        addressingStyle: AddressingStyle = .auto,
        customEndpoint: String? = nil,
        variants: S3EndpointVariants = []
    ) throws(SigningError) -> S3Endpoint {
        if let customEndpoint {
            try variants.check(supported: [], of: "endpoints of one's own", in: nil)
            return try custom(CustomEndpoint(customEndpoint), bucket: bucket, region: region, style: addressingStyle)
        }
        if bucket.hasPrefix("arn:") {
            return try accessPoint(bucket, region: region, style: addressingStyle, variants: variants)
        }
        let (found, warnings) = try awsRegion(region)
        if let directory = try DirectoryBucketName(bucket) {
            return try directoryBucket(directory, region: found, style: addressingStyle, variants, warnings: warnings)
        }
        try BucketName.check(bucket, isRelaxed: false)
        try variants.check(supported: [.dualStack, .fips, .accelerated], of: "buckets", in: found)
        let usesPath = try usesPath(bucket, style: addressingStyle)
        let suffix = found.partition.dnsSuffix
        var host = "s3\(variants.fipsInfix)\(variants.dualStackInfix).\(found.code).\(suffix)"
        if variants.contains(.accelerated) {
            guard !usesPath else {
                throw SigningError(
                    .invalidEndpoint,
                    parameter: "accelerate",
                    message: "transfer acceleration needs the bucket in the host: no dot in its name and no path style"
                )
            }
            host = "s3-accelerate\(variants.dualStackInfix).\(suffix)"
        }
        return S3Endpoint(
            host: usesPath ? host : "\(bucket).\(host)",
            pathPrefix: usesPath ? "/\(bucket)" : "",
            bucket: bucket,
            region: found.code,
            warnings: warnings
        )
    }

    // MARK: AWS

    private static func usesPath(_ bucket: String, style: AddressingStyle) throws(SigningError) -> Bool {
        let hasDot = bucket.contains(".")
        if style == .virtual, hasDot {
            throw SigningError(
                .invalidEndpoint,
                parameter: "addressingStyle",
                message: "a bucket with a dot cannot stand in the host: the TLS certificate covers one label only; "
                    + "use path or auto"
            )
        }
        return style == .path || hasDot
    }

    private static func directoryBucket(
        _ bucket: DirectoryBucketName,
        region: Region,
        style: AddressingStyle,
        _ variants: S3EndpointVariants,
        warnings: [String]
    ) throws(SigningError) -> S3Endpoint {
        try refusePath(style, of: "a directory bucket")
        try variants.check(supported: [.dualStack, .fips], of: "directory buckets", in: region)
        let service = "s3express\(variants.fipsInfix)-\(bucket.zone)\(variants.dualStackInfix)"
        return S3Endpoint(
            kind: .directoryBucket,
            host: "\(bucket.name).\(service).\(region.code).\(region.partition.dnsSuffix)",
            bucket: bucket.name,
            region: region.code,
            warnings: warnings
        )
    }

    private static func accessPoint(
        _ text: String,
        region: String,
        style: AddressingStyle,
        variants: S3EndpointVariants
    ) throws(SigningError) -> S3Endpoint {
        let arn = try S3AccessPointARN(text)
        try refusePath(style, of: "an access point")
        let suffix = arn.partition.dnsSuffix
        if arn.kind == .multiRegionAccessPoint {
            try variants.check(supported: [], of: "multi-region access points", in: nil)
            let host = "\(arn.name).accesspoint.s3-global.\(suffix)"
            return S3Endpoint(kind: arn.kind, host: host, bucket: text, region: "*")
        }
        guard region.isEmpty || region == arn.region else {
            throw SigningError(
                .unknownRegion,
                parameter: "region",
                message: "the ARN lies in \(arn.region); give that region, or none"
            )
        }
        let (found, warnings) = try awsRegion(arn.region)
        guard found.partition == arn.partition else {
            throw SigningError(
                .invalidARN,
                parameter: "bucket",
                message: "the region \(found.code) belongs to the partition \(found.partition.id), "
                    + "not to the ARN's \(arn.partition.id)"
            )
        }
        let point = "\(arn.name)-\(arn.account)"
        let host: String
        switch arn.kind {
        case .objectLambda:
            try variants.check(supported: [.fips], of: "access points of Object Lambda", in: found)
            host = "\(point).s3-object-lambda\(variants.fipsInfix)"
        case .outposts:
            try variants.check(supported: [], of: "Outposts", in: found)
            host = "\(point).\(arn.outpost).s3-outposts"
        default:
            try variants.check(supported: [.dualStack, .fips], of: "access points", in: found)
            host = "\(point).s3-accesspoint\(variants.fipsInfix)\(variants.dualStackInfix)"
        }
        return S3Endpoint(
            kind: arn.kind,
            host: "\(host).\(found.code).\(suffix)",
            bucket: text,
            region: found.code,
            warnings: warnings
        )
    }

    private static func refusePath(_ style: AddressingStyle, of what: String) throws(SigningError) {
        guard style != .path else {
            throw SigningError(
                .invalidEndpoint,
                parameter: "addressingStyle",
                message: "\(what) stands in the host; use virtual or auto"
            )
        }
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

    // MARK: Other stores

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
                kind: .custom,
                scheme: endpoint.scheme,
                host: endpoint.host,
                pathPrefix: "\(endpoint.basePath)/\(bucket)",
                bucket: bucket,
                region: region
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
            kind: .custom,
            scheme: endpoint.scheme,
            host: "\(bucket).\(endpoint.host)",
            pathPrefix: endpoint.basePath,
            bucket: bucket,
            region: region
        )
    }
}
