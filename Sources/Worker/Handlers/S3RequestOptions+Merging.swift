// SPDX-License-Identifier: Apache-2.0

package import Contract
internal import SwiftProtobuf

extension S3RequestOptions {
    /// These options where they are set, `defaults` elsewhere; pairs replace defaults of the same name.
    package func over(_ defaults: S3RequestOptions) -> S3RequestOptions {
        var merged = defaults
        // What belongs together replaces together.
        if hasS3EncryptionType {
            merged.clearS3KmsKeyID()
            merged.clearS3BucketKey()
            merged.s3KmsContext = []
        }
        if hasCopySource { merged.clearCopySourceVersionID() }
        if hasChecksumAlgorithm { merged.clearChecksum() }
        // Merging sets what is set and appends what is repeated; bytes that were just written can be read.
        var own = self
        own.metadata = []
        own.headers = []
        own.query = []
        own.tags = []
        own.s3KmsContext = []
        own.startsWith = []
        if let bytes = try? own.serializedBytes() as [UInt8] { try? merged.merge(serializedBytes: bytes) }
        merged.metadata = Self.pairs(metadata, over: merged.metadata)
        merged.headers = Self.pairs(headers, over: merged.headers)
        merged.query = Self.pairs(query, over: merged.query)
        merged.tags = Self.pairs(tags, over: merged.tags)
        merged.s3KmsContext = Self.pairs(s3KmsContext, over: merged.s3KmsContext)
        merged.startsWith = Self.pairs(startsWith, over: merged.startsWith)
        return merged
    }

    private static func pairs(_ own: [Pair], over defaults: [Pair]) -> [Pair] {
        own.isEmpty ? defaults : defaults.filter { pair in !own.contains { $0.name == pair.name } } + own
    }
}
