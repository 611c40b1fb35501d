// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// The ARN of something that takes a bucket's place (S3 User Guide, "Referencing access points").
struct S3AccessPointARN {
    let kind: S3Endpoint.Kind
    let partition: Partition
    /// Empty for a multi-region access point.
    let region: String
    let account: String
    let name: String
    /// `op-…` of an Outpost.
    let outpost: String

    /// - Throws: `invalid_arn` that says which form is expected.
    init(_ text: String) throws(SigningError) {
        func invalid(_ what: String) -> SigningError {
            SigningError(
                .invalidARN,
                parameter: "bucket",
                message: "the ARN \(what); an access point's is arn:aws:s3:eu-central-1:111122223333:accesspoint/name"
            )
        }
        guard text.utf8.count <= 2_048 else { throw invalid("is too long") }
        let fields = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, fields[0] == "arn" else { throw invalid("does not have six fields") }
        guard let partition = Partition.all.first(where: { $0.id == fields[1] }) else {
            throw invalid("names no partition of AWS")
        }
        region = fields[3]
        account = fields[4]
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw invalid("names no account of 12 digits")
        }
        let resource = fields[5].split(omittingEmptySubsequences: false) { $0 == "/" || $0 == ":" }.map(String.init)
        self.partition = partition
        switch (fields[2], resource.first, resource.count) {
        case ("s3", "accesspoint", 2) where region.isEmpty:
            kind = .multiRegionAccessPoint
            (name, outpost) = (resource[1], "")
            guard name.hasSuffix(".mrap"), HostName.isValid(name) else {
                throw invalid("has no region and no alias that ends with .mrap")
            }
            return
        case ("s3", "accesspoint", 2):
            kind = .accessPoint
            (name, outpost) = (resource[1], "")
        case ("s3-object-lambda", "accesspoint", 2):
            kind = .objectLambda
            (name, outpost) = (resource[1], "")
        case ("s3-outposts", "outpost", 4) where resource[2] == "accesspoint":
            kind = .outposts
            (name, outpost) = (resource[3], resource[1])
            guard Self.isLabel(outpost), outpost.utf8.count <= 63 else { throw invalid("names no Outpost") }
        default:
            throw invalid("names neither an access point of S3, of Object Lambda or of an Outpost")
        }
        guard !region.isEmpty else { throw invalid("names no region") }
        // Name and account share a label of the host.
        guard Self.isLabel(name), (3...50).contains(name.utf8.count) else {
            throw invalid("has a name that is not 3 to 50 lower-case letters, digits and hyphens")
        }
    }

    private static func isLabel(_ text: String) -> Bool {
        HostName.isValid(text) && !text.contains(".") && !text.contains("_")
    }
}
