// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Other hosts of S3 for the same bucket (AWS General Reference, "Amazon S3 endpoints and quotas").
public struct S3EndpointVariants: OptionSet, Sendable, Hashable {
    /// A bit for each.
    public let rawValue: UInt8

    /// Any of them together; what excludes each other is refused when the endpoint is resolved.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Over IPv4 and IPv6.
    public static let dualStack = Self(rawValue: 1)
    /// With cryptography validated under FIPS 140.
    public static let fips = Self(rawValue: 2)
    /// By the nearest edge location (transfer acceleration).
    public static let accelerated = Self(rawValue: 4)

    /// Commercial regions with hosts of FIPS; those of GovCloud and the isolated partitions have all.
    private static let regionsWithFIPS: Set<String> = [
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1",
    ]

    /// Refuses what there is not.
    ///
    /// - Parameters:
    ///   - supported: What this kind of endpoint knows.
    ///   - what: Names the kind, e.g. `directory buckets`.
    func check(supported: Self, of what: String, in region: Region?) throws(SigningError) {
        let names: [(variant: Self, parameter: String, name: String)] = [
            (.dualStack, "dualStack", "dual-stack hosts"), (.fips, "fips", "FIPS hosts"),
            (.accelerated, "accelerate", "transfer acceleration"),
        ]
        for (variant, parameter, name) in names where contains(variant) && !supported.contains(variant) {
            throw SigningError(.invalidEndpoint, parameter: parameter, message: "\(what) have no \(name); leave it out")
        }
        if contains(.accelerated), contains(.fips) {
            throw SigningError(
                .invalidEndpoint,
                parameter: "accelerate",
                message: "transfer acceleration has no FIPS hosts; choose one of them"
            )
        }
        guard let region else { return }
        if contains(.fips), region.partition == .standard, !Self.regionsWithFIPS.contains(region.code) {
            throw SigningError(
                .invalidEndpoint,
                parameter: "fips",
                message: "\(region.code) has no FIPS hosts; there are some in "
                    + "\(Self.regionsWithFIPS.sorted().joined(separator: ", ")), GovCloud and the isolated regions"
            )
        }
        if contains(.fips), region.partition == .china || region.partition == .europeanSovereign {
            throw SigningError(.invalidEndpoint, parameter: "fips", message: "\(region.code) has no FIPS hosts")
        }
        if contains(.dualStack), region.partition.isIsolated {
            throw SigningError(
                .invalidEndpoint,
                parameter: "dualStack",
                message: "isolated regions such as \(region.code) have no dual-stack hosts"
            )
        }
        if contains(.accelerated), region.partition != .standard {
            throw SigningError(
                .invalidEndpoint,
                parameter: "accelerate",
                message: "transfer acceleration exists in the commercial regions only, not in \(region.code)"
            )
        }
    }

    /// `-fips` behind a host's first word.
    var fipsInfix: String { contains(.fips) ? "-fips" : "" }
    /// `.dualstack` behind that.
    var dualStackInfix: String { contains(.dualStack) ? ".dualstack" : "" }
}
