// SPDX-License-Identifier: Apache-2.0

/// What there is to ask a gateway for; Schemas/openapi.yaml describes it.
package enum RouteTable {
    /// Paths with the methods that they know.
    package static let methods: [(path: String, allow: String)] = [
        (UploadRoute.path, "POST"),
        (DownloadRoute.path, "POST"),
        (OperationRoute.path, "POST"),
        (PostPolicyRoute.path, "POST"),
        (MultipartRoutes.initiatePath, "POST"),
        (MultipartRoutes.partsPath, "POST"),
        (MultipartRoutes.listPath, "POST"),
        (MultipartRoutes.completePath, "POST"),
        (MultipartRoutes.abortPath, "POST"),
        (MultipartRoutes.watchPath, "POST"),
        (MultipartRoutes.copyPath, "POST"),
        (CloudFrontRoutes.urlPath, "POST"),
        (CloudFrontRoutes.cookiesPath, "POST"),
        (BatchRoute.s3Path, "POST"),
        (BatchRoute.cloudFrontPath, "POST"),
        (RefreshRoute.path, "POST"),
        (CatalogRoutes.regionsPath, "GET, HEAD"),
        (CatalogRoutes.storageClassesPath, "GET, HEAD"),
        (JobRoute.path, "GET, HEAD, DELETE"),
        (ResultsRoute.path, "GET, HEAD"),
        (EventsRoute.path, "GET, HEAD"),
    ]
}
