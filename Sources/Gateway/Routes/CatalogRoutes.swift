// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird

struct CatalogRoutes: Sendable {
    static let regionsPath = "/api/v1/regions"
    static let storageClassesPath = "/api/v1/storage-classes"
    func getRegions(_ request: Request, context: GatewayContext) async throws -> Response { Response(status: .ok) }
    func getStorageClasses(_ request: Request, context: GatewayContext) async throws -> Response { Response(status: .ok) }
}
