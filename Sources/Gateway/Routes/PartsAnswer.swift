// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a request for the URLs of an upload's parts.
struct PartsAnswer {
    private let job: AcceptedJob
    private let window: PartWindow
    private let warnings: [String]

    /// - Throws: `internal` for a reply that does not hold together.
    init(_ result: S3SigningResult, of reply: Reply, to job: AcceptedJob) throws(FailureError) {
        self.job = job
        window = try PartWindow(result, customerKeys: job.customerKeys)
        warnings = job.warnings + reply.warnings
    }

    func write(to json: inout JSONWriter) {
        json.member("success", true)
        json.member("jobId", job.id.description)
        json.member("provider", "s3")
        json.member("region", window.shared.region)
        json.member("bucket", window.shared.bucket)
        json.member("key", window.shared.key)
        window.write(to: &json)
        json.member("warnings", warnings)
    }
}

/// URLs of parts that end together.
struct PartWindow {
    /// What the first of them has in common with the others.
    let shared: SharedRequest
    private let result: S3SigningResult
    private let parts: [ReplyJoiner.Joined]
    private let customerKeys: CustomerKeys?

    /// - Throws: `internal` for a result that does not hold together.
    init(_ result: S3SigningResult, customerKeys: CustomerKeys?) throws(FailureError) {
        let joiner = ReplyJoiner(result)
        var parts: [ReplyJoiner.Joined] = []
        for index in result.items.indices { parts.append(try joiner.join(at: index)) }
        guard let first = parts.first else {
            throw FailureError(.internal, message: "the reply does not hold together: it has no parts")
        }
        shared = first.shared
        self.result = result
        self.parts = parts
        self.customerKeys = customerKeys
    }

    /// The number of its last part.
    var last: Int64 { Int64(parts.last?.item.partNumber ?? 0) }

    func write(to json: inout JSONWriter) {
        json.key("window")
        json.object { json in
            json.member("method", shared.method)
            json.member("expiresIn", shared.expiresIn)
            json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: shared.expiresAtMs))
            json.member("expiryLimitedBy", shared.expiryLimitedBy)
            json.key("parts")
            json.array(parts) { json, part in
                json.object { json in
                    let number = Int64(part.item.partNumber)
                    json.member("partNumber", number)
                    if result.partSize > 0 {
                        let offset = (number - 1).multipliedReportingOverflow(by: result.partSize).partialValue
                        json.member("offset", offset)
                        json.member("size", min(result.partSize, result.fileSize &- offset))
                    }
                    json.member("url", part.url)
                    json.writeHeaders(of: part.shared, customerKeys: customerKeys)
                }
            }
        }
    }
}
