// SPDX-License-Identifier: Apache-2.0

/// The name of a directory bucket, which holds its zone: `base--usw2-az1--x-s3`, or of an access point to one, `--xa-s3`
/// (S3 User Guide, "Directory bucket naming rules").
struct DirectoryBucketName {
    let name: String
    let zone: String

    /// - Returns: `nil` for a name of another kind.
    /// - Throws: `invalid_bucket` if the zone is missing or the rest is no name.
    init?(_ name: String) throws(SigningError) {
        guard let suffix = ["--x-s3", "--xa-s3"].first(where: { name.hasSuffix($0) }) else { return nil }
        let parts = name.dropLast(suffix.count)
        // The base may have hyphens itself: the zone is the last part.
        let separator = parts.indices.last { parts[$0...].hasPrefix("--") }
        let zone = separator.map { parts[parts.index($0, offsetBy: 2)...] } ?? ""
        guard
            let separator, !parts[..<separator].isEmpty, name.utf8.count <= 63, HostName.isValid(name),
            !name.contains("."), !name.contains("_"), zone.contains("-"), HostName.isValid(zone),
            !BucketName.reservedPrefixes.contains(where: name.hasPrefix)
        else {
            throw SigningError(
                .invalidBucket,
                parameter: "bucket",
                message: "a directory bucket is named base--zone\(suffix), e.g. logs--usw2-az1\(suffix), "
                    + "in at most 63 characters, and does not begin with \(BucketName.reservedPrefixes.joined(separator: " or "))"
            )
        }
        self.name = name
        self.zone = String(zone)
    }
}
