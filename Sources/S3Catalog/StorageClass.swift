// SPDX-License-Identifier: Apache-2.0

/// A storage class of S3 (S3 User Guide, "Understanding and managing Amazon S3 storage classes").
public struct StorageClass: Sendable, Hashable {
    /// Where objects of a class can live.
    public enum Restriction: String, Sendable, Hashable {
        case none
        case directoryBuckets
        case outposts
    }

    /// What S3 accepts as `x-amz-storage-class`, e.g. `GLACIER_IR`.
    public let wireValue: String
    /// What AWS calls it, e.g. `GLACIER_INSTANT_RETRIEVAL`.
    public let name: String
    /// Reference price in USD for a GB-month in us-east-1; `nil` where none is listed.
    public let pricePerGigabyteMonth: Double?
    /// Whether monitoring is charged on top for each object.
    public let hasMonitoringFee: Bool
    /// Where objects of this class can live.
    public let restriction: Restriction

    private init(
        _ wireValue: String,
        name: String? = nil,
        price: Double? = nil,
        hasMonitoringFee: Bool = false,
        restriction: Restriction = .none
    ) {
        self.wireValue = wireValue
        self.name = name ?? wireValue
        pricePerGigabyteMonth = price
        self.hasMonitoringFee = hasMonitoringFee
        self.restriction = restriction
    }

    /// All, those with a reference price first.
    public static let all: [StorageClass] = [
        StorageClass("STANDARD", price: 0.023),
        StorageClass("STANDARD_IA", price: 0.0125),
        StorageClass("ONEZONE_IA", price: 0.01),
        StorageClass("INTELLIGENT_TIERING", price: 0.023, hasMonitoringFee: true),
        StorageClass("GLACIER_IR", name: "GLACIER_INSTANT_RETRIEVAL", price: 0.004),
        StorageClass("GLACIER", name: "GLACIER_FLEXIBLE_RETRIEVAL", price: 0.0036),
        StorageClass("DEEP_ARCHIVE", name: "GLACIER_DEEP_ARCHIVE", price: 0.00099),
        StorageClass("REDUCED_REDUNDANCY"),
        StorageClass("EXPRESS_ONEZONE", restriction: .directoryBuckets),
        StorageClass("OUTPOSTS", restriction: .outposts),
    ]

    /// The class of either spelling; `nil` if there is none.
    public static func named(_ spelling: String) -> StorageClass? {
        all.first { $0.wireValue == spelling || $0.name == spelling }
    }
}
