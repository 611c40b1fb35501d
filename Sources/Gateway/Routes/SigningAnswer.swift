// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a request for one URL, as JSON.
struct SigningAnswer {
    private let job: AcceptedJob
    private let joined: ReplyJoiner.Joined
    private let warnings: [String]

    /// - Throws: The failure of the job, or `malformed` for a reply that does not hold together.
    init(_ reply: Reply, to job: AcceptedJob) throws(FailureError) {
        if reply.hasFailure {
            throw FailureError(
                FailureCode(rawValue: reply.failure.code),
                field: reply.failure.field,
                message: reply.failure.message
            )
        }
        guard case .s3Signing(let result) = reply.result else {
            throw FailureError(
                .internal,
                message: "the workers answered in a way that this gateway does not know; update the gateway"
            )
        }
        do {
            joined = try ReplyJoiner(result).join(at: 0)
        } catch  where error.code == .malformed {
            // Malformed means the reply here, not the request.
            throw FailureError(.internal, message: error.message)
        }
        self.job = job
        warnings = job.warnings + reply.warnings
    }

    func encode() -> [UInt8] {
        var json = JSONWriter()
        json.object(write)
        return json.bytes
    }

    private func write(to json: inout JSONWriter) {
        let shared = joined.shared
        json.member("success", true)
        switch job.answer {
        case .upload: json.member("uploadUrl", joined.url)
        case .download: json.member("downloadUrl", joined.url)
        case .operation: json.member("url", joined.url)
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
        json.key("headers")
        json.object { json in
            for header in shared.headers { json.member(header.name, header.value) }
        }
        json.member("key", joined.item.key)
        json.member("bucket", shared.bucket)
        json.member("warnings", warnings)
    }
}

extension JobState {
    /// How a job ended that was answered with `reply`.
    init(_ reply: Reply, to job: AcceptedJob) {
        do throws(FailureError) {
            self = .done(try SigningAnswer(reply, to: job).encode())
        } catch {
            self = .failed(error.namedAsInRequest)
        }
    }
}
