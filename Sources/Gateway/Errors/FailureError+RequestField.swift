// SPDX-License-Identifier: Apache-2.0

internal import Contract

extension FailureError {
    /// The failure of a job with its field as the HTTP request calls it.
    ///
    /// A job's fields bear the names of the HTTP fields by design; what differs is the path to them
    /// (`items[0].options.fileSize`), and what a request holds in another form or not at all.
    var namedAsInRequest: FailureError {
        var path = field[...]
        for prefix in [
            "s3Signing.", "s3Multipart.", "cloudFrontSigning.", "target.", "initiate.", "complete.", "watch.",
            "copy.", "items[0].",
            "options.",
            "defaults.",
        ]
        where path.hasPrefix(prefix) {
            path = path.dropFirst(prefix.count)
        }
        var failure = self
        failure.field =
            switch path {
            case "sealedCredential.secretAccessKey": "s3SecretKey"
            case "sealedCredential.sessionToken": "s3SessionToken"
            case "sealedCredential.expirationMs": "s3SessionExpiration"
            case "sealedCustomerKeys.copySourceKey": "copySourceCustomerKey"
            case let path where path.hasPrefix("sealedCustomerKeys"): "s3CustomerKey"
            case "notBeforeMs": "notBefore"
            case "source": "copySource"
            case let path where path.hasPrefix("parts.ranges"): "parts"
            case let path where path.hasPrefix("parts."): String(path.dropFirst(6))
            case let path where path.hasPrefix("sealedCredential"): "s3AccessKey"
            case let path where Self.gatewayFields.contains(path): ""
            case let path: Self.queryFields[path] ?? String(path)
            }
        return failure
    }

    /// Fields of a download that a job carries as query parameters.
    private static let queryFields: [Substring: String] = [
        "query.response-content-type": "responseContentType",
        "query.response-content-disposition": "responseContentDisposition",
        "query.response-content-encoding": "responseContentEncoding",
        "query.response-content-language": "responseContentLanguage",
        "query.response-cache-control": "responseCacheControl",
        "query.response-expires": "responseExpires",
    ]

    /// Fields of a job that the gateway fills: the client can mend nothing there.
    private static let gatewayFields: Set<Substring> = [
        "version", "jobId", "chunk", "tenant", "caller", "signingTimeMs", "waitUntilMs", "deadlineMs", "items",
        "items[0]", "firstItem",
    ]
}
