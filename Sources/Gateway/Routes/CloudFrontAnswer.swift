// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a request for a signed URL of CloudFront, or for cookies, as JSON.
struct CloudFrontAnswer {
    private let job: AcceptedJob
    private let result: CloudFrontSigningResult
    private let item: CloudFrontSigned
    private let warnings: [String]

    /// - Throws: The failure of the item, or `internal` for a reply that does not hold together.
    init(_ result: CloudFrontSigningResult, of reply: Reply, to job: AcceptedJob) throws(FailureError) {
        guard let item = result.items.first else {
            throw FailureError(.internal, message: "the workers' reply does not hold together: it has no item")
        }
        if item.hasFailure { throw FailureError(item.failure) }
        self.job = job
        self.result = result
        self.item = item
        warnings = job.warnings + reply.warnings
    }

    func write(to json: inout JSONWriter) {
        json.member("success", true)
        json.member("url", item.url)
        if job.answer == .cloudFrontCookies {
            json.key("cookies")
            json.object { json in
                for cookie in item.cookies { json.member(cookie.name, cookie.value) }
            }
            // What browsers must be told besides: a cookie of the distribution's host, over TLS, out of scripts' reach.
            json.key("cookieAttributes")
            json.object { json in
                json.member("domain", result.domain)
                json.member("path", "/")
                json.member("secure", true)
                json.member("httpOnly", true)
            }
        }
        json.member("jobId", job.id.description)
        json.member("provider", "cloudfront")
        json.member("method", "GET")
        json.member("keyPairId", result.keyPairID)
        json.member("expiresIn", result.expiresIn)
        json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: result.expiresAtMs))
        json.member("expiryLimitedBy", "request")
        json.member("key", item.key)
        json.member("domain", result.domain)
        json.member("warnings", warnings)
    }
}
