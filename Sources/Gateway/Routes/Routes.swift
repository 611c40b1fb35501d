// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// All that the gateway answers.
struct Routes: Sendable {
    let upload: UploadRoute
    let download: DownloadRoute
    let operation: OperationRoute
    let postPolicy: PostPolicyRoute
    let multipart: MultipartRoutes
    let cloudFront: CloudFrontRoutes
    let batch: BatchRoute
    let refresh: RefreshRoute
    let catalog: CatalogRoutes
    let job: JobRoute
    let results: ResultsRoute
    let events: EventsRoute

    func add(to router: Router<GatewayContext>) {
        router.post(RouterPath(UploadRoute.path), use: upload.post)
        router.post(RouterPath(DownloadRoute.path), use: download.post)
        router.post(RouterPath(OperationRoute.path), use: operation.post)
        router.post(RouterPath(PostPolicyRoute.path), use: postPolicy.post)
        router.post(RouterPath(MultipartRoutes.initiatePath), use: multipart.initiate)
        router.post(RouterPath(MultipartRoutes.partsPath), use: multipart.parts)
        router.post(RouterPath(MultipartRoutes.listPath), use: multipart.list)
        router.post(RouterPath(MultipartRoutes.completePath), use: multipart.complete)
        router.post(RouterPath(MultipartRoutes.abortPath), use: multipart.abort)
        router.post(RouterPath(MultipartRoutes.watchPath), use: multipart.watch)
        router.post(RouterPath(MultipartRoutes.copyPath), use: multipart.copy)
        router.post(RouterPath(CloudFrontRoutes.urlPath), use: cloudFront.postURL)
        router.post(RouterPath(CloudFrontRoutes.cookiesPath), use: cloudFront.postCookies)
        router.post(RouterPath(BatchRoute.s3Path), use: batch.postS3)
        router.post(RouterPath(BatchRoute.cloudFrontPath), use: batch.postCloudFront)
        router.post(RouterPath(RefreshRoute.path), use: refresh.post)
        router.get(RouterPath(CatalogRoutes.regionsPath), use: catalog.getRegions)
        router.get(RouterPath(CatalogRoutes.storageClassesPath), use: catalog.getStorageClasses)
        router.get(RouterPath(JobRoute.path), use: job.get)
        router.delete(RouterPath(JobRoute.path), use: job.delete)
        router.get(RouterPath(ResultsRoute.path), use: results.get)
        router.get(RouterPath(EventsRoute.path), use: events.get)
    }

    /// Why no route took a request: its path is not known, or its path knows other methods.
    static func unmatched(_ request: Request) -> Problem {
        let path = components(of: request.uri.path)
        guard let route = RouteTable.methods.first(where: { matches(path, pattern: components(of: $0.path)) }) else {
            return Problem(.notFound, "nothing answers at this path; see the API's description for what does")
        }
        var problem = Problem(.methodNotAllowed, "this path answers \(route.allow) only")
        problem.headers[.allow] = route.allow
        return problem
    }

    private static func components(of path: String) -> [Substring] { path.split(separator: "/") }

    private static func matches(_ path: [Substring], pattern: [Substring]) -> Bool {
        path.count == pattern.count && zip(path, pattern).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
    }
}
