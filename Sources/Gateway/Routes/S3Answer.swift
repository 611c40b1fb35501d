// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a request for one presigned request of S3, or one form, as JSON.
struct S3Answer {
    private let job: AcceptedJob
    private let joined: ReplyJoiner.Joined
    private let warnings: [String]

    /// - Throws: The failure of the item, or `internal` for a reply that does not hold together.
    init(_ result: S3SigningResult, of reply: Reply, to job: AcceptedJob) throws(FailureError) {
        do {
            joined = try ReplyJoiner(result).join(at: 0)
        } catch  where error.code == .malformed {
            // Malformed means the reply here, not the request.
            throw FailureError(.internal, message: error.message)
        }
        self.job = job
        warnings = job.warnings + reply.warnings
    }

    func write(to json: inout JSONWriter) {
        let shared = joined.shared
        json.member("success", true)
        switch job.answer {
        case .upload: json.member("uploadUrl", joined.url)
        case .download: json.member("downloadUrl", joined.url)
        default: json.member("url", joined.url)
        }
        json.member("publicUrl", joined.publicURL)
        json.member("cdnUrl", joined.cdnURL)
        if job.answer == .upload { json.member("uploadId", "upl_" + job.id.description.replacing("-", with: "")) }
        json.member("jobId", job.id.description)
        json.member("provider", "s3")
        json.member("region", shared.region)
        // S3 stores what names no class as STANDARD.
        if job.answer == .upload {
            json.member("storageClass", shared.storageClass.isEmpty ? "STANDARD" : shared.storageClass)
        }
        json.member("expiresIn", shared.expiresIn)
        json.member("expiresAt", Timestamp.rfc3339(unixMilliseconds: shared.expiresAtMs))
        json.member("expiryLimitedBy", shared.expiryLimitedBy)
        json.member("method", shared.method)
        json.writeHeaders(of: shared, customerKeys: job.customerKeys)
        if job.answer == .form {
            // In their order; the file comes last.
            json.key("fields")
            json.object { json in
                for field in joined.item.fields { json.member(field.name, field.value) }
            }
        }
        json.member("key", joined.item.key)
        json.member("bucket", shared.bucket)
        json.member("warnings", warnings)
    }
}

extension JSONWriter {
    /// Writes the headers that a signed request demands.
    ///
    /// - Parameter customerKeys: `nil`: whoever reads was not given them.
    mutating func writeHeaders(of shared: SharedRequest, customerKeys: CustomerKeys?) {
        key("headers")
        object { json in
            for header in shared.headers { json.member(header.name, header.value) }
            for name in shared.withheldHeaders {
                if let value = customerKeys?.value(ofHeader: name) { json.member(name, value) }
            }
        }
        if customerKeys == nil, !shared.withheldHeaders.isEmpty {
            member("withheldHeaders", shared.withheldHeaders)
        }
    }
}
