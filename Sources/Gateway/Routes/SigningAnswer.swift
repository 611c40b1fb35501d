// SPDX-License-Identifier: Apache-2.0

internal import Contract

/// The answer to a request that was signed, as JSON.
enum SigningAnswer {
    case s3(S3Answer)
    case parts(PartsAnswer)
    case multipart(MultipartAnswer)
    case cloudFront(CloudFrontAnswer)

    /// - Throws: The failure of the job, or `internal` for a reply that does not hold together.
    init(_ reply: Reply, to job: AcceptedJob) throws(FailureError) {
        if reply.hasFailure { throw FailureError(reply.failure) }
        switch reply.result {
        case .s3Signing(let result) where job.answer == .parts:
            self = .parts(try PartsAnswer(result, of: reply, to: job))
        case .s3Multipart(let result): self = .multipart(try MultipartAnswer(result, of: reply, to: job))
        case .s3Signing(let result): self = .s3(try S3Answer(result, of: reply, to: job))
        case .cloudFrontSigning(let result): self = .cloudFront(try CloudFrontAnswer(result, of: reply, to: job))
        case nil:
            throw FailureError(
                .internal,
                message: "the workers answered in a way that this gateway does not know; update the gateway"
            )
        }
    }

    func encode() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            switch self {
            case .s3(let answer): answer.write(to: &json)
            case .parts(let answer): answer.write(to: &json)
            case .multipart(let answer): answer.write(to: &json)
            case .cloudFront(let answer): answer.write(to: &json)
            }
        }
        return json.bytes
    }
}
