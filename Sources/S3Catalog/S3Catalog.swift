// SPDX-License-Identifier: Apache-2.0

/// What is true of S3 everywhere: regions, partitions, storage classes. Data without behaviour or keys.
public enum S3Catalog {
    /// All regions that are known.
    public static let regions: [Region] = Region.known

    private static let regionsByCode: [String: Region] = Dictionary(
        uniqueKeysWithValues: regions.map { ($0.code, $0) }
    )

    /// A known region; `nil` if this list has none of that code.
    public static func region(_ code: String) -> Region? {
        regionsByCode[code]
    }

    /// A region newer than this list, if its code has the form of a partition's regions.
    public static func plausibleRegion(_ code: String) -> Region? {
        guard code.utf8.count <= 64 else { return nil }
        return Partition.all.first { $0.couldContain(code) }.map { Region(code: code, name: code, partition: $0) }
    }

    /// Known codes near to a mistaken one, nearest first.
    public static func nearestRegions(to code: String, limit: Int = 3) -> [String] {
        EditDistance.nearest(to: code.lowercased(), in: regions.map(\.code), limit: limit)
    }
}
