// SPDX-License-Identifier: Apache-2.0

/// A region of S3.
public struct Region: Sendable, Hashable {
    /// E.g. `eu-central-1`: what a signature's scope holds.
    public let code: String
    /// E.g. `Europe (Frankfurt)`; the code itself for a region newer than this list.
    public let name: String
    /// The partition that it belongs to.
    public let partition: Partition

    /// Whether this list has it.
    public var isKnown: Bool { S3Catalog.region(code) != nil }
}
