// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird
internal import S3Catalog

/// What the gateway knows of S3 without asking anyone: regions, and storage classes with their reference prices.
struct CatalogRoutes: Sendable {
    static let regionsPath = "/api/v1/regions"
    static let storageClassesPath = "/api/v1/storage-classes"

    private let regions = Self.encodeRegions()
    private let storageClasses = Self.encodeStorageClasses()

    func getRegions(_ request: Request, context: GatewayContext) async throws -> Response {
        Self.answer(regions)
    }

    func getStorageClasses(_ request: Request, context: GatewayContext) async throws -> Response {
        Self.answer(storageClasses)
    }

    private static func answer(_ json: JSONWriter) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json", .cacheControl: "public, max-age=3600"],
            body: json.body
        )
    }

    private static func encodeRegions() -> JSONWriter {
        var json = JSONWriter()
        json.object { json in
            json.key("regions")
            json.array(S3Catalog.regions) { json, region in
                json.object { json in
                    json.member("code", region.code)
                    json.member("name", region.name)
                    json.member("partition", region.partition.id)
                    json.member("dnsSuffix", region.partition.dnsSuffix)
                }
            }
        }
        return json
    }

    private static func encodeStorageClasses() -> JSONWriter {
        var json = JSONWriter()
        json.object { json in
            json.key("storageClasses")
            json.array(StorageClass.all) { json, storageClass in
                json.object { json in
                    json.member("name", storageClass.name)
                    json.member("wireValue", storageClass.wireValue)
                    json.key("pricePerGbMonth")
                    if let price = storageClass.pricePerGigabyteMonth { json.value(price) } else { json.null() }
                    json.member("monitoringFee", storageClass.hasMonitoringFee)
                    json.member("restriction", storageClass.restriction.name)
                }
            }
            json.key("priceReference")
            json.object { json in
                json.member("currency", "USD")
                json.member("unit", "GB-month")
                json.member("region", "us-east-1")
            }
        }
        return json
    }
}

extension StorageClass.Restriction {
    /// Where alone the class can be used; `nil`: anywhere.
    fileprivate var name: String? {
        switch self {
        case .none: nil
        case .directoryBuckets: "directory-buckets"
        case .outposts: "outposts"
        }
    }
}
