// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a step of a multipart upload.
struct MultipartAnswer {
    private let job: AcceptedJob
    private let result: S3MultipartResult
    /// URLs of the first parts; `nil`: none were asked for.
    private let window: PartWindow?
    private let warnings: [String]

    /// - Throws: `internal` for a reply that does not hold together.
    init(_ result: S3MultipartResult, of reply: Reply, to job: AcceptedJob) throws(FailureError) {
        guard result.outcome != nil else {
            throw FailureError(
                .internal,
                message: "the workers answered in a way that this gateway does not know; update the gateway"
            )
        }
        let signed = result.initiated.window
        window = signed.items.isEmpty ? nil : try PartWindow(signed, customerKeys: job.customerKeys)
        self.job = job
        self.result = result
        warnings = job.warnings + reply.warnings
    }

    func write(to json: inout JSONWriter) {
        json.member("success", true)
        json.member("uploadId", result.uploadID)
        json.member("jobId", job.id.description)
        json.member("provider", "s3")
        json.member("region", result.region)
        json.member("bucket", result.bucket)
        json.member("key", result.key)
        switch result.outcome {
        case .initiated(let initiated): write(initiated, to: &json)
        case .listed(let listed): write(listed, to: &json)
        case .completed(let completed): write(completed, to: &json)
        case .aborted(let aborted): write(aborted, to: &json)
        case nil: break
        }
        json.member("warnings", warnings)
    }

    private func write(_ initiated: UploadInitiated, to json: inout JSONWriter) {
        json.member("publicUrl", result.publicURL)
        if let shared = window?.shared, !shared.cdnOrigin.isEmpty {
            json.member("cdnUrl", shared.cdnOrigin + shared.path)
        }
        json.member("storageClass", initiated.storageClass.isEmpty ? "STANDARD" : initiated.storageClass)
        json.member("fileSize", initiated.fileSize)
        json.member("partSize", initiated.partSize)
        json.member("partCount", Int64(initiated.partCount))
        window?.write(to: &json)
        json.key("nextPart")
        let next = (window?.last ?? 0) + 1
        if next <= Int64(initiated.partCount) { json.value(next) } else { json.null() }
    }

    private func write(_ listed: UploadListed, to json: inout JSONWriter) {
        json.member("partCount", Int64(listed.parts.count))
        json.member("bytes", listed.parts.reduce(0) { $0 &+ $1.size })
        json.key("parts")
        json.array(listed.parts) { json, part in
            json.object { json in
                json.member("partNumber", Int64(part.partNumber))
                json.member("size", part.size)
                json.member("etag", part.etag)
            }
        }
    }

    private func write(_ aborted: UploadAborted, to json: inout JSONWriter) {
        json.member("outcome", "aborted")
        json.member("found", aborted.found)
        if !aborted.reason.isEmpty { json.member("reason", aborted.reason) }
    }

    private func write(_ completed: UploadCompleted, to json: inout JSONWriter) {
        json.member("outcome", "completed")
        json.member("publicUrl", result.publicURL)
        json.member("etag", completed.etag)
        json.member("size", completed.size)
        json.member("partCount", Int64(completed.partCount))
        if !completed.versionID.isEmpty { json.member("versionId", completed.versionID) }
    }
}
