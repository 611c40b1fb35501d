// SPDX-License-Identifier: Apache-2.0

internal import S3Catalog

/// Values that S3 has rules for.
extension S3RequestParts {
    /// The value that S3 knows a storage class by.
    static func wireValue(of spelling: String, at endpoint: S3Endpoint) throws(SigningError) -> String {
        let available = StorageClass.all.filter { endpoint.offers($0) }
        guard let storageClass = StorageClass.named(spelling) else {
            throw SigningError(
                .invalidStorageClass,
                parameter: "storageClass",
                message: "there is no such storage class; known are \(available.map(\.name).joined(separator: ", "))"
            )
        }
        guard endpoint.offers(storageClass) else {
            let place =
                switch storageClass.restriction {
                case .none: "general purpose buckets"
                case .directoryBuckets: "directory buckets"
                case .outposts: "S3 on Outposts"
                }
            throw SigningError(
                .invalidStorageClass,
                parameter: "storageClass",
                message: "\(storageClass.name) exists in \(place) only; "
                    + "here are \(available.map(\.name).joined(separator: ", "))"
            )
        }
        return storageClass.wireValue
    }

    static func tagging(_ tags: [S3ObjectOptions.Pair]) throws(SigningError) -> String {
        guard
            tags.count <= 10, Set(tags.map(\.name)).count == tags.count,
            tags.allSatisfy({ (1...128).contains($0.name.unicodeScalars.count) && $0.value.unicodeScalars.count <= 256 }
            )
        else {
            throw SigningError(
                .invalidTagging,
                parameter: "tags",
                message: "an object has at most 10 tags with different names of 1 to 128 and values of 0 to 256 "
                    + "characters (S3 User Guide, object tagging)"
            )
        }
        return tags.map { "\(PercentEncoding.query($0.name))=\(PercentEncoding.query($0.value))" }
            .joined(separator: "&")
    }

    static func metadataHeaders(
        _ metadata: [S3ObjectOptions.Pair]
    ) throws(SigningError) -> [S3ObjectOptions.Pair] {
        var result: [S3ObjectOptions.Pair] = []
        var size = 0
        for (name, value) in metadata {
            let field: HeaderField
            do throws(SigningError) {
                field = try HeaderField(name: name.isEmpty ? "" : "x-amz-meta-\(name)", value: value)
            } catch {
                throw SigningError(
                    .invalidMetadata,
                    parameter: "metadata",
                    message: "metadata \"\(name)\": \(error.message)"
                )
            }
            result.append((field.name, field.value))
            size += name.utf8.count + value.utf8.count
        }
        guard size <= S3ObjectOptions.largestMetadata else {
            throw SigningError(
                .invalidMetadata,
                parameter: "metadata",
                message: "names and values of metadata may have \(S3ObjectOptions.largestMetadata) bytes together, "
                    + "not \(size)"
            )
        }
        return result
    }
}
